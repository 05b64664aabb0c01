/**
 * The closed set of ways in which reading a bbolt file fails.
 *
 * - `notFound`, `noPermission`, `io`: the operating system did not let us read the file;
 * - `empty`, `notBolt`, `version`, `checksum`: there is no usable meta page;
 * - `truncated`, `badPage`, `cycle`, `tooDeep`, `tooLarge`: a part of the tree is damaged;
 * - `changed`: a writer kept committing, so that no consistent read was possible.
 */
export type BoltErrorReason =
  | 'notFound'
  | 'noPermission'
  | 'io'
  | 'empty'
  | 'notBolt'
  | 'version'
  | 'checksum'
  | 'truncated'
  | 'badPage'
  | 'cycle'
  | 'tooDeep'
  | 'tooLarge'
  | 'changed';

/** Where in a file something is wrong, as far as that is known. */
export interface BoltPlace {
  readonly file: string;
  readonly page?: number | undefined;
  readonly bucketPath?: readonly string[] | undefined;
}

/** An error about one bbolt file. The message says in words which file, which page and which bucket. */
export class BoltError extends Error {
  override readonly name = 'BoltError';
  readonly file: string;
  readonly page: number | undefined;
  /** Names of the buckets from the top down to the one that was read; empty for the top itself. */
  readonly bucketPath: readonly string[] | undefined;

  constructor(
    readonly reason: BoltErrorReason,
    place: BoltPlace,
    problem: string,
    options?: { cause?: unknown },
  ) {
    super(`${describePlace(place)}: ${problem}`, options);
    this.file = place.file;
    this.page = place.page;
    this.bucketPath = place.bucketPath;
  }
}

export function isBoltError(error: unknown): error is BoltError {
  return error instanceof BoltError;
}

function describePlace({ file, page, bucketPath }: BoltPlace): string {
  const parts = [file];
  if (page !== undefined) {
    parts.push(`page ${page}`);
  }
  if (bucketPath !== undefined) {
    parts.push(
      bucketPath.length === 0
        ? 'top bucket'
        : `bucket ${bucketPath.map((name) => JSON.stringify(name)).join(' / ')}`,
    );
  }
  return parts.join(', ');
}
