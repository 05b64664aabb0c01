/** The closed set of ways in which opening or reading a cache fails. */
export type CacheErrorReason =
  'notFound' | 'notACache' | 'noPermission' | 'corrupt' | 'changing' | 'unsupported' | 'io';

/** An error to show to a person: what failed, in which source, and what to try. */
export class CacheError extends Error {
  override readonly name = 'CacheError';

  constructor(
    readonly reason: CacheErrorReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** By name: each bundle that can throw one has a class of its own. */
export function isCacheError(error: unknown): error is CacheError {
  return error instanceof Error && error.name === 'CacheError';
}
