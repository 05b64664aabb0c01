import { errorCode } from './files';
import { StoreError, isStoreError, type StoreErrorReason } from './storeError';

const reasons: Readonly<Record<string, StoreErrorReason>> = {
  ENOENT: 'notFound',
  ENOSPC: 'noSpace',
  EDQUOT: 'noSpace',
  EFBIG: 'noSpace',
  EACCES: 'noPermission',
  EPERM: 'noPermission',
  EROFS: 'noPermission',
  ABORT_ERR: 'cancelled',
};

/** A failed file operation as one of our errors: what we were doing, and the system's reason. */
export function fileError(doing: string, error: unknown): StoreError {
  if (isStoreError(error)) return error;
  const reason = reasons[errorCode(error) ?? ''] ?? 'io';
  const detail = error instanceof Error ? error.message : String(error);
  return new StoreError(reason, `${doing}: ${detail}`, { cause: error });
}
