/**
 * Values of BuildKit's metadata database, `{"value":X}` or `{"value":X,"index":"..."}`, decoded from where they lie in a page.
 *
 * BuildKit writes them compact and mostly plain, so each reader first tries that shape byte by byte and only otherwise
 * makes text of the value and parses it. Integers are never taken from `JSON.parse`: nanoseconds do not fit a number.
 * A value of another JSON type reads as absent (`undefined`), as BuildKit reads it.
 */

/** The stored bytes are not JSON. BuildKit itself refuses to start on such a value. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
}

/** A moment in nanoseconds since the epoch: whole milliseconds (rounded down) and the 0 to 999,999 nanoseconds beyond. */
export interface NanosecondTime {
  readonly ms: number;
  readonly nanos: number;
}

const prefix = Buffer.from('{"value":');
const indexPart = Buffer.from(',"index":"');

const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Where the text of a string value begins, counted from the value. */
export const textOffset = prefix.length + 1;

/**
 * Where the text of a string value ends if it is stored in the compact shape and in plain ASCII, so that its bytes are its text; -1 for
 * any other value, of which `readText` knows more.
 */
export function plainTextEnd(page: Buffer, start: number, end: number): number {
  if (!startsWith(page, start, end, prefix) || page[start + prefix.length] !== quote) {
    return -1;
  }
  const close = closingQuote(page, start + textOffset, end);
  return close !== -1 && isValueEnd(page, close + 1, end) ? close : -1;
}

/** A string; absent when empty, because BuildKit does not tell the two apart. */
export function readText(page: Buffer, start: number, end: number): string | undefined {
  const close = plainTextEnd(page, start, end);
  if (close !== -1) {
    return close === start + textOffset ? undefined : page.toString('latin1', start + textOffset, close);
  }
  const value = parseValue(page, start, end);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function readFlag(page: Buffer, start: number, end: number): boolean {
  return parseShortly(page, start, end) === true;
}

/** An integer. One beyond 2^53 comes back rounded: compare with `Number.isSafeInteger`. */
export function readInteger(page: Buffer, start: number, end: number): number | undefined {
  const from = start + prefix.length;
  const to = end - 1;
  if (to - from <= exactDigits && startsWith(page, start, end, prefix) && page[to] === closingBrace) {
    const value = page[from] === zero ? -1 : decimal(page, from, to);
    if (value !== -1) {
      return value;
    }
  }
  const digits = integerDigits(page, start, end);
  return digits === undefined ? undefined : Number(digits);
}

/** Nanoseconds since the epoch; absent when 0, which BuildKit reads as no time at all. */
export function readTime(page: Buffer, start: number, end: number): NanosecondTime | undefined {
  const from = start + prefix.length;
  const to = end - 1;
  // Times of this century have 19 digits, of which the last 6 are below the millisecond.
  if (
    to - from === 19 &&
    page[from] < nine &&
    startsWith(page, start, end, prefix) &&
    page[to] === closingBrace
  ) {
    const ms = decimal(page, from, to - 6);
    const nanos = decimal(page, to - 6, to);
    if (ms > 0 && page[from] !== zero && nanos !== -1) {
      return { ms, nanos };
    }
  }
  const digits = integerDigits(page, start, end);
  if (digits === undefined) {
    return undefined;
  }
  const value = BigInt(digits);
  const nanos = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return value === 0n ? undefined : { ms: Number((value - nanos) / 1_000_000n), nanos: Number(nanos) };
}

/** An array of strings; entries of other types make the whole absent. */
export function readTextList(page: Buffer, start: number, end: number): string[] | undefined {
  const value = parseValue(page, start, end);
  return isTextList(value) && value.length > 0 ? value : undefined;
}

/** Any value as text for a person: strings as they are, everything else as JSON; integers with all their digits. */
export function readAnyAsText(page: Buffer, start: number, end: number): string | undefined {
  const value = parseValue(page, start, end);
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number') {
    return anyIntegerDigits(page, start, end) ?? String(value);
  }
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** The stored value itself, whatever it is. @throws InvalidValueError */
export function parseValue(page: Buffer, start: number, end: number): unknown {
  let stored: unknown;
  try {
    stored = JSON.parse(page.toString('utf8', start, end));
  } catch (cause) {
    throw new InvalidValueError('not valid JSON', { cause });
  }
  if (!isObject(stored) && stored !== null) {
    throw new InvalidValueError('not a JSON object');
  }
  return stored?.value;
}

/** `true`, `false` or anything else, without making text of the first two. */
function parseShortly(page: Buffer, start: number, end: number): unknown {
  if (startsWith(page, start, end, prefix)) {
    const from = start + prefix.length;
    const length = page[from] === 0x74 ? 4 : page[from] === 0x66 ? 5 : 0;
    const word = length === 4 ? 'true' : 'false';
    if (
      length > 0 &&
      isValueEnd(page, from + length, end) &&
      page.toString('latin1', from, from + length) === word
    ) {
      return length === 4;
    }
  }
  return parseValue(page, start, end);
}

/** Decimal digits that a number always holds exactly. */
const exactDigits = 15;

const largestInt64 = '9223372036854775807';
const smallestInt64 = '-9223372036854775808';

/** The digits of an integer value that fits 64 bits, with its sign. BuildKit reads a larger one as absent. */
function integerDigits(page: Buffer, start: number, end: number): string | undefined {
  const digits = anyIntegerDigits(page, start, end);
  if (digits === undefined || digits.length < largestInt64.length) {
    return digits;
  }
  // Digits of the same length compare as text.
  const limit = digits.charCodeAt(0) === minus ? smallestInt64 : largestInt64;
  return digits.length < limit.length || (digits.length === limit.length && digits <= limit)
    ? digits
    : undefined;
}

function anyIntegerDigits(page: Buffer, start: number, end: number): string | undefined {
  const value = parseValue(page, start, end);
  if (typeof value !== 'number') {
    return undefined;
  }
  // The parsed number may be rounded; its digits stand behind the last bare "value" key of the text.
  return [...page.toString('utf8', start, end).matchAll(/"value"\s*:\s*(-?\d+)\s*[,}]/g)].at(-1)?.[1];
}

/** The number whose decimal digits fill the bytes between two places, at most 15; -1 if anything else stands there. */
function decimal(page: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = page[at] - zero;
    if (digit < 0 || digit > 9) {
      return -1;
    }
    value = value * 10 + digit;
  }
  return to > from ? value : -1;
}

/** Where text without escapes and beyond-ASCII bytes ends (its closing quote), or -1. */
function closingQuote(page: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = page[at];
    if (byte === quote) {
      return at;
    }
    if (byte === backslash || byte < 0x20 || byte > 0x7e) {
      return -1;
    }
  }
  return -1;
}

/** Whether the value ends the object here, with or without an index behind it. */
function isValueEnd(page: Buffer, at: number, end: number): boolean {
  if (at === end - 1) {
    return page[at] === closingBrace;
  }
  if (!startsWith(page, at, end, indexPart)) {
    return false;
  }
  const close = closingQuote(page, at + indexPart.length, end);
  return close === end - 2 && page[end - 1] === closingBrace;
}

function startsWith(page: Buffer, at: number, end: number, expected: Buffer): boolean {
  if (end - at < expected.length) {
    return false;
  }
  for (let i = 0; i < expected.length; i++) {
    if (page[at + i] !== expected[i]) {
      return false;
    }
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
