/** Tells known keys apart where they lie in a page, without making text of them. */
export class KeyTable<Key extends string> {
  /** By length, so that most keys are compared with one candidate only. */
  private readonly byLength: { readonly key: Key; readonly bytes: Buffer }[][] = [];

  constructor(keys: readonly Key[]) {
    for (const key of keys) {
      const bytes = Buffer.from(key);
      (this.byLength[bytes.length] ??= []).push({ key, bytes });
    }
  }

  /** The known key between two places of a page, or undefined for any other. */
  find(page: Buffer, start: number, end: number): Key | undefined {
    const length = end - start;
    const candidates = length < this.byLength.length ? this.byLength[length] : undefined;
    if (candidates === undefined) {
      return undefined;
    }
    for (const { key, bytes } of candidates) {
      // From the end: beginnings are often alike.
      let at = length - 1;
      while (at >= 0 && bytes[at] === page[start + at]) {
        at--;
      }
      if (at < 0) {
        return key;
      }
    }
    return undefined;
  }
}
