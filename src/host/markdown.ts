import * as vscode from 'vscode';

/** Text as it is, wherever Markdown could read it as anything else; one line, so that it fits a table's cell. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\s+/g, ' ');
}

/** Markdown that can neither run commands nor bring in HTML or icons, whatever is in it. */
export function plainMarkdown(markdown: string): vscode.MarkdownString {
  const result = new vscode.MarkdownString(markdown);
  result.isTrusted = false;
  result.supportHtml = false;
  result.supportThemeIcons = false;
  return result;
}

/** A table of two columns without a head. */
export function table(lines: readonly { readonly label: string; readonly value: string }[]): string {
  const rows = lines.map(({ label, value }) => `| ${escapeMarkdown(label)} | ${escapeMarkdown(value)} |`);
  return ['| | |', '| --- | --- |', ...rows].join('\n');
}
