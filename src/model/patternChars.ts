/** A set of characters, asked one code point at a time. */
export class CharSet {
  static readonly any = new CharSet(() => true);
  static readonly notNewline = new CharSet((char) => char !== 10);

  private constructor(readonly has: (char: number) => boolean) {}

  static range(low: number, high: number): CharSet {
    return new CharSet(low === high ? (char) => char === low : (char) => char >= low && char <= high);
  }

  static union(sets: readonly CharSet[]): CharSet {
    return sets.length === 1 ? sets[0] : new CharSet((char) => sets.some((set) => set.has(char)));
  }

  /** `d`, `s`, `w` and, in capitals, what is not in them; all of ASCII, as in RE2. */
  static perl(letter: string): CharSet | undefined {
    const set = asciiClasses.get(perlNames.get(letter.toLowerCase()) ?? '');
    if (set === undefined) return undefined;
    const made = CharSet.of(set);
    return letter === letter.toLowerCase() ? made : made.negated();
  }

  /** By its name between `[:` and `:]`. */
  static posix(name: string): CharSet | undefined {
    const set = name.startsWith('_') ? undefined : asciiClasses.get(name);
    return set && CharSet.of(set);
  }

  static matching(expression: RegExp): CharSet {
    return new CharSet((char) => expression.test(String.fromCodePoint(char)));
  }

  private static of(expression: RegExp): CharSet {
    return new CharSet((char) => char < 128 && expression.test(String.fromCharCode(char)));
  }

  negated(): CharSet {
    return new CharSet((char) => !this.has(char));
  }

  /** With every character that simple case folding holds equal to one in the set. */
  folded(): CharSet {
    return new CharSet((char) => caseOrbit(char).some((other) => this.has(other)));
  }
}

const perlNames = new Map([
  ['d', 'digit'],
  ['s', '_space'],
  ['w', 'word'],
]);

const asciiClasses = new Map<string, RegExp>([
  ['alnum', /[0-9A-Za-z]/],
  ['alpha', /[A-Za-z]/],
  // eslint-disable-next-line no-control-regex -- the class is the whole of ASCII
  ['ascii', /[\x00-\x7f]/],
  ['blank', /[\t ]/],
  // eslint-disable-next-line no-control-regex -- the class is the control characters
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[\t\n\v\f\r ]/],
  ['_space', /[\t\n\f\r ]/],
  ['upper', /[A-Z]/],
  ['word', /[0-9A-Za-z_]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);

const scripts = new Map<string, CharSet | undefined>();

/** The set behind `\p{name}`: a general category or a script; undefined if there is none of that name. */
export function parseProperty(name: string): CharSet | undefined {
  if (!scripts.has(name)) scripts.set(name, makeProperty(name));
  return scripts.get(name);
}

function makeProperty(name: string): CharSet | undefined {
  if (name === 'Any') return CharSet.any;
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined;
  for (const property of name.length <= 2 ? [name] : [`Script=${name}`]) {
    try {
      return CharSet.matching(new RegExp(`^\\p{${property}}$`, 'u'));
    } catch {
      // The engine does not know it; the caller reports that.
    }
  }
  return undefined;
}

/** The characters that fold together across more than an upper and a lower form. */
const wideOrbits = new Map<number, readonly number[]>();
for (const orbit of ['kK\u212a', 'sS\u017f', 'åÅ\u212b', 'µμΜ', 'ßẞ', 'ςσΣ', 'θϑΘϴ', 'ωΩ\u2126']) {
  const chars = Array.from(orbit, (char) => char.codePointAt(0) ?? 0);
  for (const char of chars) wideOrbits.set(char, chars);
}

function caseOrbit(char: number): readonly number[] {
  const wide = wideOrbits.get(char);
  if (wide !== undefined) return wide;
  // The two Turkish letters fold only to themselves without a locale.
  if (char === 0x130 || char === 0x131) return [char];
  const text = String.fromCodePoint(char);
  return [char, single(text.toLowerCase(), char), single(text.toUpperCase(), char)];
}

function single(text: string, fallback: number): number {
  const char = text.codePointAt(0) ?? fallback;
  return text.length === (char > 0xffff ? 2 : 1) ? char : fallback;
}
