/** Shown wherever a value is unknown; the reason is told beside it. */
export const unknownText = '–';

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];

/**
 * Bytes as Docker's tools print them: decimal units and four significant digits (`22.15MB`). Rounds as Go does:
 * exact halves go to the even digit, and a value just under the next unit stays in its own (`1000kB`).
 */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !(bytes >= 0)) return unknownText;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${fourDigits(value)}${byteUnits[unit]}`;
}

function fourDigits(value: number): string {
  const [digits, exponent] = value.toExponential(40).replace('.', '').split('e');
  const isHalf = /^50*$/.test(digits.slice(4));
  const isEven = Number(digits[3]) % 2 === 0;
  if (isHalf && isEven) return String(Number(`${digits.slice(0, 4)}e${Number(exponent) - 3}`));
  return String(Number(value.toPrecision(4)));
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Steps of an age, largest first; a month is 30 days and a year 365, as Docker's tools count. */
const ageSteps: readonly (readonly [length: number, name: string, word: string])[] = [
  [365 * day, 'y', 'year'],
  [30 * day, 'mo', 'month'],
  [day, 'd', 'day'],
  [hour, 'h', 'hour'],
  [minute, 'min', 'minute'],
];

/** How long ago `time` was at `now` (both epoch ms), in its largest whole unit; times ahead of the clock as "in 3 d". */
export function formatAge(time: number | undefined, now: number): string {
  return age(time, now, (amount, name) => `${formatCount(amount)} ${name}`);
}

/** As `formatAge`, in whole words ("3 days ago"), for being read out. */
export function formatAgeInWords(time: number | undefined, now: number): string {
  return age(time, now, (amount, _, word) => formatCountOf(amount, word)).replace(unknownText, 'unknown');
}

type AgeForm = (amount: number, name: string, word: string) => string;

function age(time: number | undefined, now: number, form: AgeForm): string {
  if (time === undefined || !Number.isFinite(time)) return unknownText;
  const distance = Math.abs(now - time);
  const step = ageSteps.find(([length]) => distance >= length);
  if (step === undefined) return 'just now';
  const [length, name, word] = step;
  const amount = form(Math.floor(distance / length), name, word);
  return time <= now ? `${amount} ago` : `in ${amount}`;
}

/**
 * RFC 3339 in UTC with as many digits below the second as are set, which is how BuildKit's JSON has it.
 * `time` is in whole epoch milliseconds, `nanos` what lies below the millisecond (0 to 999,999).
 */
export function formatExactTime(time: number | undefined, nanos = 0): string {
  return exactTime(time, nanos) ?? unknownText;
}

/** As `formatExactTime`; undefined for times that are unknown or outside the calendar. */
export function exactTime(time: number | undefined, nanos = 0): string | undefined {
  if (time === undefined || !(Math.abs(time) <= 8.64e15)) return undefined;
  const iso = new Date(time).toISOString();
  const fraction = `${iso.slice(-4, -1)}${String(nanos).padStart(6, '0')}`.replace(/0+$/, '');
  return `${iso.slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** A whole number with thousands separators. Not by `Intl`: loading that costs more than all the rest at activation. */
export function formatCount(count: number): string {
  return count.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "1 record", "1,204 records". */
export function formatCountOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const shortIdLength = 12;

/** The first 12 characters of an id; of a digest used as an id, `sha256:1234abcd…`. */
export function shortId(id: string): string {
  return isDigest(id) ? shortDigest(id) : id.slice(0, shortIdLength);
}

/** `sha256:1234abcd…`; what is no digest is shown by its first characters. */
export function shortDigest(digest: string): string {
  if (!isDigest(digest)) return digest.length > 20 ? `${digest.slice(0, 19)}…` : digest;
  return `${digest.slice(0, digest.indexOf(':') + 9)}…`;
}

function isDigest(text: string): boolean {
  return text.length < 200 && /^[a-z0-9+._-]{1,20}:[0-9a-f]{32,}$/.test(text);
}
