import { CharSet, parseProperty } from './patternChars';

/**
 * A regular expression in the syntax of RE2 as Go reads it, as a tree. Case folding and the other flags are already
 * worked into the leaves, so a matcher needs no flags.
 */
export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: PatternAssertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number };

export type PatternAssertion =
  'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'wordBoundary' | 'notWordBoundary';

/** Why a text is not a regular expression, and where (offset in UTF-16 units). */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** RE2's own ceilings: on one count, and on nested counts multiplied. */
const maxRepeat = 1000;
const maxDepth = 200;

interface Flags {
  readonly fold: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** @throws PatternError where Go's regexp package would refuse the expression. */
export function parsePattern(source: string): PatternNode {
  const parser = new Parser(source);
  const node = parser.choice({ fold: false, multiLine: false, dotAll: false }, 0);
  if (!parser.atEnd) throw new PatternError('unexpected )', parser.offset);
  checkRepeats(node, 1, source.length);
  return node;
}

class Parser {
  offset = 0;
  private readonly names = new Set<string>();

  constructor(private readonly source: string) {}

  get atEnd(): boolean {
    return this.offset >= this.source.length;
  }

  choice(flags: Flags, depth: number): PatternNode {
    if (depth > maxDepth) throw new PatternError('nested too deeply', this.offset);
    const options: PatternNode[] = [];
    let parts: PatternNode[] = [];
    let current = flags;
    for (;;) {
      const char = this.source[this.offset];
      if (this.atEnd || char === ')') break;
      if (char === '|') {
        this.offset++;
        options.push(sequence(parts));
        parts = [];
        continue;
      }
      const flagChange = this.flagChange(current);
      if (flagChange !== undefined) {
        current = flagChange;
        continue;
      }
      if (this.source.startsWith('\\Q', this.offset)) {
        this.quoted(current, parts);
        continue;
      }
      parts.push(this.repeated(this.atom(current, depth)));
    }
    options.push(sequence(parts));
    return options.length === 1 ? options[0] : { kind: 'choice', parts: options };
  }

  /** `(?i)` and its like, which hold up to the end of the group they stand in. */
  private flagChange(flags: Flags): Flags | undefined {
    const found = /^\(\?([imsU]*)(?:-([imsU]+))?\)/.exec(this.source.slice(this.offset, this.offset + 16));
    if (found === null || found[0] === '(?)') return undefined;
    this.offset += found[0].length;
    return withFlags(flags, found[1], found.at(2) ?? '');
  }

  private quoted(flags: Flags, parts: PatternNode[]): void {
    const end = this.source.indexOf('\\E', this.offset + 2);
    const text = this.source.slice(this.offset + 2, end < 0 ? undefined : end);
    this.offset = end < 0 ? this.source.length : end + 2;
    for (const char of text) parts.push(literal(codePoint(char), flags.fold));
    const last = parts.pop();
    if (last !== undefined) parts.push(text === '' ? last : this.repeated(last));
  }

  private atom(flags: Flags, depth: number): PatternNode {
    const start = this.offset;
    const char = String.fromCodePoint(this.next());
    switch (char) {
      case '(':
        return this.group(flags, depth, start);
      case '[':
        return { kind: 'chars', set: this.charClass(flags.fold, start) };
      case '.':
        return { kind: 'chars', set: flags.dotAll ? CharSet.any : CharSet.notNewline };
      case '^':
        return { kind: 'assert', what: flags.multiLine ? 'lineStart' : 'textStart' };
      case '$':
        return { kind: 'assert', what: flags.multiLine ? 'lineEnd' : 'textEnd' };
      case '*':
      case '+':
      case '?':
        throw new PatternError('nothing to repeat', start);
      case '\\':
        return this.escape(flags.fold, start);
      default:
        return literal(codePoint(char), flags.fold);
    }
  }

  private group(flags: Flags, depth: number, start: number): PatternNode {
    let inner = flags;
    if (this.source[this.offset] === '?') {
      const rest = this.source.slice(this.offset);
      const named = /^\?P?<([A-Za-z0-9_]+)>/.exec(rest);
      const flagged = /^\?([imsU]*)(?:-([imsU]+))?:/.exec(rest);
      if (named !== null) {
        if (this.names.has(named[1])) throw new PatternError('a group name given twice', start);
        this.names.add(named[1]);
        this.offset += named[0].length;
      } else if (flagged !== null) {
        inner = withFlags(flags, flagged[1], flagged.at(2) ?? '');
        this.offset += flagged[0].length;
      } else {
        throw new PatternError('this kind of group is not in RE2', start);
      }
    }
    const node = this.choice(inner, depth + 1);
    if (this.source[this.offset] !== ')') throw new PatternError('missing )', start);
    this.offset++;
    return node;
  }

  private repeated(atom: PatternNode): PatternNode {
    const start = this.offset;
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.source.slice(start, start + 32));
    if (found === null) return atom;
    this.offset += found[0].length;
    const [min, max] = repeatBounds(found);
    if (min > maxRepeat || (max !== Infinity && max > maxRepeat) || min > max) {
      throw new PatternError('a repeat count that is too large or upside down', start);
    }
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.source.slice(this.offset, this.offset + 32))) {
      throw new PatternError('a repeat of a repeat', this.offset);
    }
    return { kind: 'repeat', part: atom, min, max };
  }

  private escape(fold: boolean, start: number): PatternNode {
    const assertion = assertions.get(this.source.charAt(this.offset));
    if (assertion !== undefined) {
      this.offset++;
      return { kind: 'assert', what: assertion };
    }
    const set = this.classEscape(fold, start);
    return set === undefined ? literal(this.charEscape(start), fold) : { kind: 'chars', set };
  }

  /** `\d` and its like, and `\p{...}`; undefined when the escape names one character. */
  private classEscape(fold: boolean, start: number): CharSet | undefined {
    const letter = this.source.charAt(this.offset);
    const perl = CharSet.perl(letter);
    if (perl !== undefined) {
      this.offset++;
      return perl;
    }
    if (letter !== 'p' && letter !== 'P') return undefined;
    const found = /^[pP](?:\{(\^?)([^}]*)\}|([A-Z]))/.exec(this.source.slice(this.offset));
    const set = found === null ? undefined : parseProperty(found.at(2) ?? found[3]);
    if (found === null || set === undefined) throw new PatternError('no such class of characters', start);
    this.offset += found[0].length;
    const folded = fold ? set.folded() : set;
    return (letter === 'P') !== (found[1] === '^') ? folded.negated() : folded;
  }

  /** The character that follows a backslash. */
  private charEscape(start: number): number {
    const rest = this.source.slice(this.offset, this.offset + 16);
    const numeric = /^(?:(0[0-7]{0,2}|[1-7][0-7]{1,2})|x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\}))/.exec(rest);
    if (numeric !== null) {
      this.offset += numeric[0].length;
      const octal = numeric.at(1);
      const value = octal === undefined ? parseInt(numeric.at(2) ?? numeric[3], 16) : parseInt(octal, 8);
      if (value > 0x10ffff) throw new PatternError('no such character', start);
      return value;
    }
    const char = rest.charAt(0);
    const named = 'afnrtv'.indexOf(char);
    if (char !== '' && named >= 0) {
      this.offset++;
      return [7, 12, 10, 13, 9, 11][named];
    }
    if (!/^[!-/:-@[-`{-~ ]/.test(char)) throw new PatternError('an escape that RE2 does not know', start);
    this.offset++;
    return codePoint(char);
  }

  private charClass(fold: boolean, start: number): CharSet {
    const negated = this.source[this.offset] === '^';
    if (negated) this.offset++;
    const sets: CharSet[] = [];
    for (let first = true; first || this.source[this.offset] !== ']'; first = false) {
      if (this.atEnd) throw new PatternError('missing ]', start);
      sets.push(this.classPart(fold, start));
    }
    this.offset++;
    const set = CharSet.union(sets);
    return negated ? set.negated() : set;
  }

  private classPart(fold: boolean, start: number): CharSet {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.source.slice(this.offset, this.offset + 16));
    if (posix !== null) {
      const set = CharSet.posix(posix[2]);
      if (set === undefined) throw new PatternError('no such class of characters', this.offset);
      this.offset += posix[0].length;
      const folded = fold ? set.folded() : set;
      return posix[1] === '^' ? folded.negated() : folded;
    }
    if (this.source[this.offset] === '\\') {
      this.offset++;
      const named = this.classEscape(fold, this.offset - 1);
      if (named !== undefined) return named;
      this.offset--;
    }
    const low = this.classChar(start);
    let high = low;
    if (this.source[this.offset] === '-' && !['', ']'].includes(this.source.charAt(this.offset + 1))) {
      this.offset++;
      high = this.classChar(start);
      if (high < low) throw new PatternError('a range upside down', start);
    }
    const set = CharSet.range(low, high);
    return fold ? set.folded() : set;
  }

  private classChar(start: number): number {
    if (this.atEnd) throw new PatternError('missing ]', start);
    const at = this.offset;
    const char = this.next();
    return char === 0x5c ? this.charEscape(at) : char;
  }

  private next(): number {
    const char = this.source.codePointAt(this.offset) ?? 0;
    this.offset += char > 0xffff ? 2 : 1;
    return char;
  }
}

const assertions = new Map<string, PatternAssertion>([
  ['A', 'textStart'],
  ['z', 'textEnd'],
  ['b', 'wordBoundary'],
  ['B', 'notWordBoundary'],
]);

function withFlags(flags: Flags, on: string, off: string): Flags {
  const of = (letter: string, now: boolean) => (now || on.includes(letter)) && !off.includes(letter);
  return { fold: of('i', flags.fold), multiLine: of('m', flags.multiLine), dotAll: of('s', flags.dotAll) };
}

function repeatBounds(found: RegExpExecArray): [number, number] {
  if (found[1] === '*') return [0, Infinity];
  if (found[1] === '+') return [1, Infinity];
  if (found[1] === '?') return [0, 1];
  const min = Number(found[2]);
  if (found.at(3) === undefined) return [min, min];
  return [min, found[4] === '' ? Infinity : Number(found[4])];
}

/** Counts within counts may not multiply past RE2's ceiling: the matcher's size would go with the product. */
function checkRepeats(node: PatternNode, factor: number, end: number): void {
  if (node.kind === 'repeat') {
    const count = node.max === Infinity ? node.min : node.max;
    const product = factor * Math.max(count, 1);
    if (product > maxRepeat) throw new PatternError('repeat counts that multiply too far', end);
    checkRepeats(node.part, product, end);
  } else if (node.kind === 'sequence' || node.kind === 'choice') {
    for (const part of node.parts) checkRepeats(part, factor, end);
  }
}

function sequence(parts: readonly PatternNode[]): PatternNode {
  if (parts.length === 0) return { kind: 'empty' };
  return parts.length === 1 ? parts[0] : { kind: 'sequence', parts };
}

function literal(char: number, fold: boolean): PatternNode {
  const set = CharSet.range(char, char);
  return { kind: 'chars', set: fold ? set.folded() : set };
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}
