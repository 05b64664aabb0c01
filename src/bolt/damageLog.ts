import { BoltError, type BoltErrorReason } from './boltError';

/** A bucket, for saying where damage is. */
export interface DamagedBucket {
  readonly path: readonly string[];
}

/** Reports kept at most; a file that is all damage would give one for each page. */
const reportLimit = 1000;
/** Reports looked at for one page; a page can be reached from many places in vain. */
const pageLimit = 64;

/** Throws the first damage, or passes each on once if there is someone to take it. */
export class DamageLog {
  private readonly seen = new Set<string>();
  private readonly countByPage = new Map<number, number>();

  constructor(
    private readonly file: string,
    private readonly onDamage: ((error: BoltError) => void) | undefined,
  ) {}

  /**
   * @returns false, for the caller to hand on as "cannot be used".
   * @throws BoltError if damage is not collected.
   */
  report(reason: BoltErrorReason, page: number, bucket: DamagedBucket, problem: string): false {
    if (this.onDamage === undefined) {
      throw this.toError(reason, page, bucket, problem);
    }
    const count = this.countByPage.get(page) ?? 0;
    if (this.seen.size < reportLimit && count < pageLimit) {
      this.countByPage.set(page, count + 1);
      const error = this.toError(reason, page, bucket, problem);
      if (!this.seen.has(error.message)) {
        this.seen.add(error.message);
        this.onDamage(error);
      }
    }
    return false;
  }

  private toError(reason: BoltErrorReason, page: number, bucket: DamagedBucket, problem: string): BoltError {
    return new BoltError(reason, { file: this.file, page, bucketPath: bucket.path }, problem);
  }
}
