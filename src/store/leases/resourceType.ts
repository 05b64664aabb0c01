import { requireDigest } from '../content/digest';
import type { LeaseResource } from '../leaseManager';
import { StoreError } from '../storeError';

/** @throws StoreError `invalid`, `notImplemented`: what containerd refuses as a resource of a lease */
export function checkResource({ type, id }: LeaseResource): void {
  const parts = type.split('/');
  switch (parts[0]) {
    case 'content':
      if (parts.length > 1) throw invalidType(type);
      requireDigest(id);
      return;
    case 'ingests':
    case 'images':
      if (parts.length > 1) throw invalidType(type);
      return;
    case 'snapshots':
      if (parts.length !== 2 || parts[1] === '') throw invalidType(type);
      return;
    default:
      throw new StoreError('notImplemented', `A lease cannot hold resources of type ${type}`, { id: type });
  }
}

function invalidType(type: string): StoreError {
  return new StoreError('invalid', `${type} is not a type of resource`, { id: type });
}
