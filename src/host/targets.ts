import type { SelectedRecord } from './selection';

/** The record that a command's argument names: a tree row, or anything else with these two members. */
export function recordOf(argument: unknown): SelectedRecord | undefined {
  const cacheId = textMember(argument, 'cacheId');
  const recordId = textMember(argument, 'recordId');
  return cacheId === undefined || recordId === undefined ? undefined : { cacheId, recordId };
}

/** The cache that a command's argument names. */
export function cacheIdOf(argument: unknown): string | undefined {
  return textMember(argument, 'cacheId');
}

function textMember(argument: unknown, name: string): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const value: unknown = Reflect.get(argument, name);
  return typeof value === 'string' ? value : undefined;
}
