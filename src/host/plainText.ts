/**
 * Text from a cache where the editor reads markup: labels of quick picks and the status bar read `$(name)` as an icon.
 */
export function withoutIcons(text: string): string {
  return text.replace(/\$\((?=[\w~-]+\))/g, '\\$(');
}

/** Notifications read `[words](address)` as a link, commands included; the words stay, the link does not. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
