const chunkSize = 4096;
/** Marks the second and further pages of a page with overflow. */
const continuation = -1;

/**
 * Which entry of the file leads to each page. In a sound tree that is exactly one, so a page reached from a second place is
 * damage: a cycle, or two parents. Held for a whole reading, this keeps every walk linear in the size of the file.
 */
export class PageOwners {
  private readonly chunks: (Float64Array | undefined)[] = [];

  /**
   * Notes that the entry at file position `owner` (above 0) leads to `page`.
   * @returns false if another entry already leads there.
   */
  claim(page: number, owner: number): boolean {
    const chunk = this.chunk(page);
    const slot = page % chunkSize;
    const known = chunk[slot];
    if (known === 0) {
      chunk[slot] = owner;
      return true;
    }
    return known === owner;
  }

  /** Notes that the `count` pages after `page` continue it; false if one of them is reached from elsewhere. */
  claimOverflow(page: number, count: number): boolean {
    for (let next = page + 1; next <= page + count; next++) {
      const chunk = this.chunk(next);
      const slot = next % chunkSize;
      const known = chunk[slot];
      const mark = continuation * page;
      if (known !== 0 && known !== mark) {
        return false;
      }
      chunk[slot] = mark;
    }
    return true;
  }

  private chunk(page: number): Float64Array {
    const index = Math.floor(page / chunkSize);
    return (this.chunks[index] ??= new Float64Array(chunkSize));
  }
}
