/** A filter that cannot be read: what is wrong and where, so that an editor can mark it. */
export class FilterError extends Error {
  override readonly name = 'FilterError';

  constructor(
    /** What is wrong, for a person; without the place. */
    readonly problem: string,
    /** Which of the filter texts. */
    readonly index: number,
    /** Where in that text it begins, in UTF-16 units; its length where the end came too early. */
    readonly offset: number,
    /** How many units are wrong; 0 at the end. */
    readonly length: number,
  ) {
    super(`filter ${index + 1}, character ${offset + 1}: ${problem}`);
  }
}

export function isFilterError(error: unknown): error is FilterError {
  return error instanceof FilterError;
}
