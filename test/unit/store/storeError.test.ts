import { describe, expect, it } from 'vitest';
import { fileError } from '../../../src/store/fileError';
import * as errors from '../../../src/store/storeError';

const guards = [
  ['notFound', errors.isNotFound],
  ['alreadyExists', errors.isAlreadyExists],
  ['locked', errors.isLocked],
  ['invalid', errors.isInvalid],
  ['failedPrecondition', errors.isFailedPrecondition],
  ['unavailable', errors.isUnavailable],
  ['outOfRange', errors.isOutOfRange],
  ['notImplemented', errors.isNotImplemented],
  ['needsRemoteProvider', errors.isNeedsRemoteProvider],
  ['corrupt', errors.isCorrupt],
  ['readOnly', errors.isReadOnly],
  ['noSpace', errors.isNoSpace],
  ['noPermission', errors.isNoPermission],
  ['newerVersion', errors.isNewerVersion],
  ['unsafe', errors.isUnsafe],
  ['cancelled', errors.isCancelled],
  ['closed', errors.isClosed],
] as const;

describe('errors of the store', () => {
  it.each(guards)('of reason %s are known by their own guard only', (reason, guard) => {
    const error = new errors.StoreError(reason, 'because', { id: 'x' });
    expect(guards.filter(([, one]) => one(error)).map(([name]) => name)).toEqual([reason]);
    expect(guard(new Error(reason))).toBe(false);
    expect(guard(reason)).toBe(false);
    expect(error.id).toBe('x');
  });

  it.each([
    ['ENOSPC', 'noSpace'],
    ['EDQUOT', 'noSpace'],
    ['EACCES', 'noPermission'],
    ['EROFS', 'noPermission'],
    ['ENOENT', 'notFound'],
    ['EIO', 'io'],
  ])('name what %s means, what was being done, and keep the cause', (code, reason) => {
    const cause = Object.assign(new Error(`${code}: no`), { code });
    const error = fileError('Writing the journal', cause);
    expect(error).toMatchObject({ reason, message: `Writing the journal: ${code}: no`, cause });
    expect(fileError('Doing more', error)).toBe(error);
  });
});
