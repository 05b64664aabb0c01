import { CacheError, type CacheErrorReason } from '../../model/cacheError';
import { isStoreError, type StoreErrorReason } from '../../store/storeError';

const reasons: Partial<Record<StoreErrorReason, CacheErrorReason>> = {
  notFound: 'notFound',
  invalid: 'notACache',
  corrupt: 'corrupt',
  noPermission: 'noPermission',
  newerVersion: 'unsupported',
  locked: 'changing',
};

/** What may help, as a sentence to follow the error's own. */
const advice: Partial<Record<StoreErrorReason, string>> = {
  newerVersion: 'Update this extension to open it.',
  noPermission: 'Open it as a user who may read it.',
  locked: 'Try again in a moment.',
};

/** A failure of the store as one of a cache, for a person; everything else as it is. */
export function cacheErrorOf(error: unknown): unknown {
  if (!isStoreError(error)) return error;
  const { message, reason } = error;
  const more = advice[reason];
  const text = more === undefined ? message : `${message.replace(/\.$/, '')}. ${more}`;
  return new CacheError(reasons[reason] ?? 'io', text, { cause: error });
}
