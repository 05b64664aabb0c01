/** The outcome of checking a message: the typed value, or what is wrong with it in a few words. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Longest text that a message may carry, in UTF-16 units; longer ones are a mistake, not data. */
export const maximumText = 4_000_000;

/** Reads one value of unknown shape; throws ShapeError, which `parse` turns into a problem. */
export type Shape<T> = (value: unknown, path: string) => T;

class ShapeError extends Error {}

/** Applies a shape at the border of the program: never throws, whatever the value is. */
export function parse<T>(shape: Shape<T>, value: unknown, name: string): Parsed<T> {
  try {
    return { ok: true, value: shape(value, name) };
  } catch (error) {
    if (error instanceof ShapeError) return { ok: false, problem: error.message };
    throw error;
  }
}

export function reject(path: string, expected: string): never {
  throw new ShapeError(`${path} is not ${expected}`);
}

export const text: Shape<string> = (value, path) =>
  typeof value === 'string' && value.length <= maximumText ? value : reject(path, 'a text');

export const flag: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : reject(path, 'true or false');

export const count: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : reject(path, 'a whole number');

export const finite: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : reject(path, 'a number');

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, path) => allowed.find((it) => it === value) ?? reject(path, `one of ${allowed.join(', ')}`);
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, i) => shape(item, `${path}[${i}]`))
      : reject(path, 'a list');
}

/** An object with exactly the members named here in the result; other members are passed over. */
export function object<T extends object>(members: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const names = Object.keys(members) as (keyof T & string)[];
  return (value, path) => {
    const source = anyObject(value, path);
    const result: Partial<T> = {};
    for (const name of names) {
      const member = members[name](source[name], `${path}.${name}`);
      if (member !== undefined) result[name] = member;
    }
    // Every member of T was checked above; the absent ones are its optional members.
    return result as T;
  };
}

export function anyObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : reject(path, 'an object');
}
