/** The closed set of ways in which the local store or the cache core refuses or fails. */
export type StoreErrorReason =
  | 'notFound'
  | 'alreadyExists'
  /** A record in use, or a store another process writes. */
  | 'locked'
  /** An argument or a state that the operation does not allow (BuildKit's and containerd's "invalid"). */
  | 'invalid'
  /** containerd's "failed precondition": a snapshot with children, bytes that do not match what was promised. */
  | 'failedPrecondition'
  /** An upload that somebody else has open just now. */
  | 'unavailable'
  /** A read that starts behind the end. */
  | 'outOfRange'
  | 'notImplemented'
  /** A lazy blob is needed and nobody offered a way to fetch it; `digests` names them in order. */
  | 'needsRemoteProvider'
  /** Bytes on disk are not what they were when they were written. */
  | 'corrupt'
  | 'readOnly'
  | 'noSpace'
  | 'noPermission'
  /** Written by a newer version of this program. */
  | 'newerVersion'
  /** A layer that leaves its root, or is larger than the limits allow. */
  | 'unsafe'
  | 'cancelled'
  | 'closed'
  | 'io';

/** One failure of store or core: why, about which id, and what lay below it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** The record, digest, key or path that this is about; also in the message. */
  readonly id: string | undefined;
  /** With `needsRemoteProvider`: the digests of the blobs, in the order they were met. */
  readonly digests: readonly string[];

  constructor(
    readonly reason: StoreErrorReason,
    message: string,
    options: { cause?: unknown; id?: string; digests?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.id = options.id;
    this.digests = options.digests ?? [];
  }
}

export function isStoreError(error: unknown, reason?: StoreErrorReason): error is StoreError {
  return error instanceof StoreError && (reason === undefined || error.reason === reason);
}

const guard = (reason: StoreErrorReason) => (error: unknown) => isStoreError(error, reason);

export const isNotFound = guard('notFound');
export const isAlreadyExists = guard('alreadyExists');
export const isLocked = guard('locked');
export const isInvalid = guard('invalid');
export const isFailedPrecondition = guard('failedPrecondition');
export const isUnavailable = guard('unavailable');
export const isOutOfRange = guard('outOfRange');
export const isNotImplemented = guard('notImplemented');
export const isNeedsRemoteProvider = guard('needsRemoteProvider');
export const isCorrupt = guard('corrupt');
export const isReadOnly = guard('readOnly');
export const isNoSpace = guard('noSpace');
export const isNoPermission = guard('noPermission');
export const isNewerVersion = guard('newerVersion');
export const isUnsafe = guard('unsafe');
export const isCancelled = guard('cancelled');
export const isClosed = guard('closed');
