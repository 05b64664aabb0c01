/** A moment: whole epoch milliseconds, and the nanoseconds (0 to 999,999) below them. */
export interface Timestamp {
  readonly ms: number;
  readonly nanos: number;
}

/** Where the store and the core take the time from. */
export interface Clock {
  now(): Timestamp;
}

/** Makes ids for records: opaque, never repeated. */
export type IdSource = () => string;

/** The computer's clock, with whatever lies below the millisecond that it can tell. */
export const systemClock: Clock = {
  now() {
    const exact = performance.timeOrigin + performance.now();
    const drift = Math.abs(exact - Date.now());
    // After a suspended machine wakes, the monotonic clock lags; the wall clock is then the truth.
    if (drift > 1000) return { ms: Date.now(), nanos: 0 };
    const ms = Math.floor(exact);
    return { ms, nanos: Math.floor((exact - ms) * 1e6) };
  },
};

/** RFC 3339 with nanoseconds, trailing zeros dropped, as Go's RFC3339Nano writes it. */
export function formatTimestamp({ ms, nanos }: Timestamp): string {
  const base = new Date(ms).toISOString();
  const fraction = (base.slice(20, 23) + String(nanos).padStart(6, '0')).replace(/0+$/, '');
  return `${base.slice(0, 19)}${fraction === '' ? '' : '.' + fraction}Z`;
}
