const chunkSize = 4096;
/** Instead of an owner: this page must not be used. */
const blocked = Number.POSITIVE_INFINITY;

/**
 * Which entry of the file leads to each page. In a sound tree that is exactly one, so a page reached from a second place is
 * damage: a cycle, or two parents. Kept for a whole reading, this holds every walk to a time linear in the size of the file.
 */
export class PageOwners {
  /** Owners by page, 0 for none yet; for a page that continues page n, -n. */
  private readonly chunks: Float64Array[] = [];

  /**
   * Notes that the entry at file position `owner` (above 0) leads to `page`.
   * @returns whether that is news, known already, or not so because another entry leads there.
   */
  claim(page: number, owner: number): 'new' | 'known' | 'taken' {
    const chunk = this.chunkOf(page);
    const known = chunk[page % chunkSize];
    if (known === 0) {
      chunk[page % chunkSize] = owner;
      return 'new';
    }
    return known === owner ? 'known' : 'taken';
  }

  /** Notes that the `count` pages after `page` continue it. If one of them is in use already, false, and `page` stays blocked. */
  claimOverflow(page: number, count: number): boolean {
    for (let next = page + 1; next <= page + count; next++) {
      const chunk = this.chunkOf(next);
      if (chunk[next % chunkSize] !== 0) {
        this.chunkOf(page)[page % chunkSize] = blocked;
        return false;
      }
      chunk[next % chunkSize] = -page;
    }
    return true;
  }

  private chunkOf(page: number): Float64Array {
    return (this.chunks[Math.floor(page / chunkSize)] ??= new Float64Array(chunkSize));
  }
}
