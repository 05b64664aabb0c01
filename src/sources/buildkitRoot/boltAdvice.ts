import type { BoltError } from '../../bolt/boltError';
import type { CacheErrorReason } from '../../model/cacheError';

/** What a person can try when a database cannot be read. */
export function advice(error: BoltError): string {
  switch (error.reason) {
    case 'notFound':
      return 'Look whether the copy is complete.';
    case 'noPermission':
      return permissionAdvice;
    case 'changed':
      return 'Refresh, or open a copy that was made while the builder was idle.';
    case 'version':
      return 'It may come from a newer version of bbolt than this extension knows.';
    case 'io':
      return 'Look whether the disk is in order, then refresh.';
    case 'empty':
    case 'notBolt':
    case 'checksum':
    case 'truncated':
    case 'badPage':
    case 'cycle':
    case 'tooDeep':
    case 'tooLarge':
      return 'Open another copy if there is one.';
  }
}

/** What an unreadable database means for a cache that stands or falls with it. */
export function cacheReason(error: BoltError): CacheErrorReason {
  switch (error.reason) {
    case 'noPermission':
    case 'io':
      return error.reason;
    case 'changed':
      return 'changing';
    case 'version':
      return 'unsupported';
    case 'notFound':
    case 'empty':
    case 'notBolt':
    case 'checksum':
    case 'truncated':
    case 'badPage':
    case 'cycle':
    case 'tooDeep':
    case 'tooLarge':
      return 'corrupt';
  }
}

/** How to get at a root that belongs to another user; VS Code itself cannot ask for more rights. */
export const permissionAdvice =
  'BuildKit roots mostly belong to root. Copy the folder to a place you may read and open the copy (as root: ' +
  '`cp -a FOLDER COPY && chown -R USER COPY`), or run VS Code, or its server, as a user who may read it.';
