import type { TraceState } from './trace';

/** Fields that traces have for debugging only. */
const ignored = new Set(['trig', 'mounted']);

/**
 * The first difference between two states, in the order of weight that traces are to be compared in; undefined if there is none.
 * @param collected right after a collection, when what nothing holds has to be gone; else only what is held is compared
 */
export function firstStateDifference(
  expected: TraceState,
  actual: TraceState,
  collected: boolean,
): string | undefined {
  for (const section of ['records', 'meta', 'index', 'external', 'leases', 'snapshots', 'blobs']) {
    const before = comparable(section, expected, collected);
    const after = comparable(section, actual, collected);
    for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const difference = firstDifference(before[name], after[name]);
      if (difference !== undefined) return `${section} ${name}${difference}`;
    }
  }
  return undefined;
}

function comparable(
  section: string,
  state: TraceState,
  collected: boolean,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(section in state ? state[section] : {});
  // Upstream leaves entries of replaced values behind for good; without a record nobody ever sees them.
  if (section === 'index')
    return Object.fromEntries(entries.filter(([entry]) => recordOf(entry) in state.meta));
  if (collected || (section !== 'snapshots' && section !== 'blobs')) return Object.fromEntries(entries);
  return Object.fromEntries(entries.filter(([, value]) => isObject(value) && value.live === true));
}

const recordOf = (entry: string) => entry.slice(entry.lastIndexOf('::') + 2);

/** Where two values of JSON differ first, as `.path: expected ..., got ...`. */
export function firstDifference(expected: unknown, actual: unknown): string | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
      const difference = firstDifference(expected[i], actual[i]);
      if (difference !== undefined) return `[${i}]${difference}`;
    }
    return undefined;
  }
  if (isObject(expected) && isObject(actual)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()) {
      if (ignored.has(key)) continue;
      const difference = firstDifference(expected[key], actual[key]);
      if (difference !== undefined) return `.${key}${difference}`;
    }
    return undefined;
  }
  return Object.is(expected, actual) ? undefined : `: expected ${show(expected)}, got ${show(actual)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
