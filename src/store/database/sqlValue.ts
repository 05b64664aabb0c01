/** What a column can hold. Numbers are doubles; whole ones up to 2^53 keep their exact value. */
export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = readonly SqlValue[];

/** One statement with the values that were bound to it. */
export interface SqlOperation {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export function textOf(value: SqlValue): string {
  if (typeof value !== 'string') throw new TypeError('The column does not hold text');
  return value;
}

export function numberOf(value: SqlValue): number {
  if (typeof value !== 'number') throw new TypeError('The column does not hold a number');
  return value;
}

export function optionalText(value: SqlValue): string | undefined {
  return value === null ? undefined : textOf(value);
}

export function optionalNumber(value: SqlValue): number | undefined {
  return value === null ? undefined : numberOf(value);
}
