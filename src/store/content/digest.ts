import { StoreError } from '../storeError';

/** Hexadecimal digits of each algorithm that can be computed here. */
const algorithms: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

export interface ParsedDigest {
  readonly algorithm: string;
  readonly encoded: string;
}

/** A digest's two halves. @throws StoreError `invalid` */
export function requireDigest(digest: string): ParsedDigest {
  const [algorithm, encoded, ...rest] = digest.split(':');
  const known = Object.hasOwn(algorithms, algorithm) && rest.length === 0;
  if (!known || encoded.length !== algorithms[algorithm] || !/^[0-9a-f]+$/.test(encoded)) {
    throw new StoreError('invalid', `${digest} is not a digest`, { id: digest });
  }
  return { algorithm, encoded };
}

export function isAlgorithm(name: string): boolean {
  return Object.hasOwn(algorithms, name);
}
