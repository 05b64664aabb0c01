import type { Timestamp } from '../clock';
import { numberOf, type SqlValue } from './sqlValue';

/** A time from its two columns. */
export function timeOf(ms: SqlValue, nanos: SqlValue): Timestamp {
  return { ms: numberOf(ms), nanos: numberOf(nanos) };
}
