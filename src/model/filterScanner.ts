import { FilterError } from './filterError';

export type FilterToken =
  | {
      readonly kind: 'field' | 'value' | 'operator' | 'separator';
      readonly text: string;
      readonly offset: number;
    }
  /** `text` is unquoted; `quote` is the character around it. */
  | { readonly kind: 'quoted'; readonly text: string; readonly quote: string; readonly offset: number }
  | { readonly kind: 'end' | 'illegal'; readonly text: string; readonly offset: number };

/**
 * Tokens of containerd's filter language. After an operator an unquoted word is a value, which may hold nearly
 * anything; elsewhere it is a field. White space is passed over before a token only.
 */
export class FilterScanner {
  private offset = 0;
  private valueExpected = false;

  constructor(
    private readonly text: string,
    private readonly index: number,
  ) {}

  /** The next character as it stands, white space included; empty at the end. */
  peek(): string {
    return String.fromCodePoint(...this.codePoint());
  }

  get position(): number {
    return this.offset;
  }

  next(): FilterToken {
    while (/^[\s\u0085]/u.test(this.peek())) this.offset++;
    const offset = this.offset;
    const char = this.peek();
    if (char === '') return { kind: 'end', text: '', offset };
    if (char === '"' || char === '/' || char === '|') return this.quoted(char);
    if (char === ',' || char === '.') {
      this.offset++;
      this.valueExpected = false;
      return { kind: 'separator', text: char, offset };
    }
    if (/[=!~]/.test(char)) {
      this.valueExpected = true;
      return { kind: 'operator', text: this.take(/^[=!~]+/), offset };
    }
    if (this.valueExpected && isValueChar(char)) {
      this.valueExpected = false;
      while (isValueChar(this.peek())) this.offset += this.peek().length;
      return { kind: 'value', text: this.text.slice(offset, this.offset), offset };
    }
    if (!this.valueExpected && /[A-Za-z0-9_]/.test(char)) {
      return { kind: 'field', text: this.take(/^[A-Za-z0-9_]+/), offset };
    }
    this.offset += char.length;
    return { kind: 'illegal', text: char, offset };
  }

  private take(expression: RegExp): string {
    const found = expression.exec(this.text.slice(this.offset))?.[0] ?? '';
    this.offset += found.length;
    return found;
  }

  private codePoint(): number[] {
    const char = this.text.codePointAt(this.offset);
    return char === undefined ? [] : [char];
  }

  private quoted(quote: string): FilterToken {
    const offset = this.offset++;
    const bytes: number[] = [];
    for (;;) {
      const char = this.peek();
      if (char === '' || char === '\n') {
        throw new FilterError('the quoted text has no end', this.index, offset, 1);
      }
      this.offset += char.length;
      if (char === quote) break;
      if (char === '\\') this.escape(quote, bytes);
      else bytes.push(...new TextEncoder().encode(char));
    }
    return { kind: 'quoted', text: new TextDecoder().decode(Uint8Array.from(bytes)), quote, offset };
  }

  /** Octal and `\x` escapes give bytes, `\u` and `\U` characters. */
  private escape(quote: string, bytes: number[]): void {
    const start = this.offset - 1;
    const rest = this.text.slice(this.offset, this.offset + 9);
    const numeric = /^(?:([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(rest);
    if (numeric !== null) {
      const [, octal, hex, short, long] = numeric as (string | undefined)[];
      const char = parseInt(short ?? long ?? '0', 16);
      const byte = octal === undefined ? parseInt(hex ?? '0', 16) : parseInt(octal, 8);
      if (char > 0x10ffff || (char >= 0xd800 && char < 0xe000) || byte > 255) {
        throw new FilterError('the escape names no character', this.index, start, numeric[0].length + 1);
      }
      if (short === undefined && long === undefined) bytes.push(byte);
      else bytes.push(...new TextEncoder().encode(String.fromCodePoint(char)));
      this.offset += numeric[0].length;
      return;
    }
    const plain = rest === '' ? -1 : 'abfnrtv\\'.indexOf(rest.charAt(0));
    if (plain < 0 && !rest.startsWith(quote)) {
      throw new FilterError('an escape that filters do not know', this.index, start, 2);
    }
    bytes.push(plain < 0 ? quote.charCodeAt(0) : [7, 8, 12, 10, 13, 9, 11, 92][plain]);
    this.offset++;
  }
}

/** Any graphic character except comma and white space. */
function isValueChar(char: string): boolean {
  return char !== '' && char !== ',' && /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}
