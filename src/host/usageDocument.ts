import { formatBytes, formatCount, formatCountOf, formatExactTime } from '../model/format';
import type { InventoryIndex } from '../model/inventoryIndex';
import { groupRecords, type Group, type Grouping } from '../model/tree';
import { usageTotals, type UsageTotals } from '../model/usage';
import { ellipsize, visibleText } from '../model/visibleText';
import { sumBytes, type Sum } from './sums';

/** The longest list of groups; the rest is told as a sum. */
const maximumGroups = 40;
const maximumLabel = 60;

/** What a cache takes and gives back, as a text of aligned columns: totals, what they leave out, by type, by base. */
export function usageDocument(index: InventoryIndex): string {
  const { source, takenAt, complete } = index.inventory;
  const totals = usageTotals(index.inventory);
  const parts = [
    [`Usage of build cache ${visibleText(source.label)}`],
    [visibleText(source.location), `${source.layout}, read ${formatExactTime(takenAt)}`],
    columns(totalLines(totals)),
    leftOut(totals, complete),
    ['By type', ...columns(groupLines(index, 'type'))],
    ['By base', ...columns(groupLines(index, 'base'))],
    ['By size', ...columns(groupLines(index, 'size'))],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function totalLines(totals: UsageTotals): string[][] {
  const { records, recordsWithUnknownSize } = totals;
  const bytes = (sum: number) =>
    sumBytes({ bytes: sum, count: records, unknownSizes: recordsWithUnknownSize });
  return [
    ['Total', bytes(totals.total), formatCountOf(records, 'record')],
    ['Reclaimable', bytes(totals.reclaimable), `${formatCount(totals.recordsInUse)} in use`],
    ['Shared', bytes(totals.shared), formatCountOf(totals.sharedRecords, 'record')],
    ['Private', bytes(totals.private), ''],
    ['Mutable', '', formatCountOf(totals.mutableRecords, 'record')],
  ];
}

/** What the numbers do not know, each as a sentence. */
function leftOut(totals: UsageTotals, complete: boolean): string[] {
  const { records, recordsWithUnknownSize, recordsWithUnknownUse, recordsWithUnknownSharing } = totals;
  const some = (count: number) => (count === records ? 'any record' : formatCountOf(count, 'record'));
  const counted = (count: number) =>
    count === records ? 'all count' : count === 1 ? 'it counts' : 'they count';
  const use = recordsWithUnknownUse;
  const sharing = recordsWithUnknownSharing;
  const sentences: readonly (readonly [count: number, sentence: string])[] = [
    [
      complete ? 0 : 1,
      'Leases, blobs and snapshots have not been read: with them more sizes may become known.',
    ],
    [
      recordsWithUnknownSize,
      recordsWithUnknownSize === records
        ? 'No size is known.'
        : `The size of ${formatCountOf(recordsWithUnknownSize, 'record')} is unknown and in no sum.`,
    ],
    [
      use,
      `Only a running daemon knows whether ${some(use)} ${use === 1 || use === records ? 'is' : 'are'} in use; ${counted(use)} as reclaimable.`,
    ],
    [sharing, `Whether an image shares ${some(sharing)} is unknown; ${counted(sharing)} as private.`],
    [
      totals.recordsDroppedAtStart,
      `In the sums are ${formatCountOf(totals.recordsDroppedAtStart, 'record')} ` +
        `(${formatBytes(totals.droppedAtStart)}) that the daemon drops at its next start.`,
    ],
  ];
  return sentences.flatMap(([count, sentence]) => (count > 0 ? [sentence] : []));
}

function groupLines(index: InventoryIndex, grouping: Grouping): string[][] {
  const groups = groupRecords(index, grouping, 'size');
  const rest = groups.slice(maximumGroups);
  const lines = groups.slice(0, maximumGroups).map(groupLine);
  return rest.length === 0 ? lines : [...lines, groupLine(sumOf(rest))];
}

function sumOf(groups: readonly Group[]): Sum & { readonly label: string } {
  const sum = (value: (group: Group) => number) => groups.reduce((total, group) => total + value(group), 0);
  return {
    label: `${formatCount(groups.length)} more`,
    bytes: sum(({ bytes }) => bytes),
    count: sum(({ count }) => count),
    unknownSizes: sum(({ unknownSizes }) => unknownSizes),
  };
}

function groupLine(sum: Sum & { readonly label: string }): string[] {
  const unknown = sum.unknownSizes === 0 ? '' : `, ${formatCount(sum.unknownSizes)} of unknown size`;
  const records = `${formatCountOf(sum.count, 'record')}${unknown}`;
  return [ellipsize(sum.label, maximumLabel), sumBytes(sum), records];
}

/** The first column to the left, the second to the right, the third as it is. */
function columns(lines: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(0, ...lines.map((line) => line[column].length));
  const [first, second] = [width(0), width(1)];
  return lines.map(([label, value, rest]) =>
    `  ${label.padEnd(first)}  ${value.padStart(second)}  ${rest}`.trimEnd(),
  );
}
