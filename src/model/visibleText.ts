/** Line ends of a script shown on one line. */
const lineEnd = '↵';

const plainAscii = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const continuations = /\\\r?\n/g;
const spaces = /[\t\v\f \u00a0\u3000]+/g;
const lineEnds = /(?: ?[\n\r\u0085\u2028\u2029])+ ?/g;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const controls = /[\x00-\x1f\x7f]/g;
/** C1 controls, half surrogate pairs, and marks that reorder or hide the text around them. */
const deceivers = /[\x80-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/**
 * One line of text that shows what is in it: runs of spaces become one, a line continued with a
 * backslash goes on, other line ends become a sign, control characters their
 * pictures (␛), and characters that could make text read as something else a replacement mark. Not HTML: whoever
 * puts it into markup escapes it.
 */
export function visibleText(text: string): string {
  if (plainAscii.test(text)) return text;
  return text
    .replace(continuations, ' ')
    .replace(spaces, ' ')
    .replace(lineEnds, ` ${lineEnd} `)
    .replace(controls, (control) => String.fromCharCode(0x2400 + Math.min(control.charCodeAt(0), 0x21)))
    .replace(deceivers, '\ufffd')
    .trim();
}

/**
 * `text` in at most `limit` characters, cut with an ellipsis: after a whole word if that keeps most of it, and never
 * inside a surrogate pair.
 */
export function ellipsize(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const whole = text.slice(0, limit - 1);
  const lastSpace = text.lastIndexOf(' ', limit - 1);
  const cut = lastSpace > limit * 0.7 ? whole.slice(0, lastSpace) : whole;
  return `${cut.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}
