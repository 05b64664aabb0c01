import { formatBytes, formatCount, formatCountOf, unknownText } from '../model/format';

/** Sizes of some records: the sum of the known ones, and how many are in it and left out of it. */
export interface Sum {
  readonly bytes: number;
  readonly count: number;
  readonly unknownSizes: number;
}

/** The sum's bytes; an en dash when not one of the sizes is known. */
export function sumBytes({ bytes, count, unknownSizes }: Sum): string {
  return count > 0 && unknownSizes === count ? unknownText : formatBytes(bytes);
}

/** "12 records · 3.2GB + 1 of unknown size" */
export function sumWords(sum: Sum): string {
  const { count, unknownSizes } = sum;
  const records = formatCountOf(count, 'record');
  if (unknownSizes === 0) return `${records} · ${sumBytes(sum)}`;
  if (unknownSizes === count) return `${records} · size unknown`;
  return `${records} · ${sumBytes(sum)} + ${formatCount(unknownSizes)} of unknown size`;
}
