import { randomBytes } from 'node:crypto';

const idLength = 25;

/** A record id in BuildKit's form: 25 characters of 0-9 and a-z, from 17 random bytes. */
export function newRecordId(): string {
  const bytes = randomBytes(17);
  bytes[0] |= 0x80;
  return BigInt(`0x${bytes.toString('hex')}`)
    .toString(36)
    .slice(1, 1 + idLength);
}
