import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { isCacheError } from '../model/cacheError';
import type { Inventory } from '../model/inventory';
import { recordJson } from '../model/recordJson';
import { usageTotals } from '../model/usage';
import { openCache } from '../sources/open';

const usage = `usage: inspect records PATH | inspect usage PATH
  records  everything that the cache at PATH holds, as JSON
  usage    its totals in bytes, as JSON
`;

/** Where the answers go: the process's own streams, or a test's. */
export interface InspectStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Entries that are written at once: few enough to keep the text of one write small. */
const entriesAtOnce = 200;

/**
 * Runs one command of the headless twin. Exit codes: 0 done, 1 the cache cannot be read, 2 the command line is wrong.
 * @param arguments_ the command and its path.
 */
export async function runInspect(arguments_: readonly string[], streams: InspectStreams): Promise<number> {
  const [command, path] = arguments_;
  if ((command !== 'records' && command !== 'usage') || arguments_.length !== 2 || path === '') {
    streams.stderr.write(usage);
    return 2;
  }
  let inventory: Inventory;
  try {
    inventory = await (await openCache(path)).read();
  } catch (error) {
    if (!isCacheError(error)) {
      throw error;
    }
    streams.stderr.write(`${oneLine(error.message)}\n`);
    return 1;
  }
  for (const note of inventory.notes) {
    if (note.severity === 'error') {
      streams.stderr.write(`${oneLine(note.message)}\n`);
    }
  }
  if (command === 'usage') {
    streams.stdout.write(`${JSON.stringify(usageTotals(inventory), undefined, 2)}\n`);
  } else {
    await writeInventory(inventory, streams.stdout);
  }
  return 0;
}

/** Writes piece by piece, so that no text grows with the size of the cache; stops when nobody reads any more. */
async function writeInventory(inventory: Inventory, out: Writable): Promise<void> {
  const { source, takenAt, workers, notes, records, leases, blobs, snapshots, solverKeys, builds } =
    inventory;
  const lists: Record<string, Iterable<unknown>> = {
    notes,
    workers,
    records: mapped(records, recordJson),
    leases,
    blobs,
    snapshots,
    solverKeys,
    builds,
  };
  await write(out, `{\n"source":${JSON.stringify(source)},\n"takenAt":${takenAt}`);
  for (const [name, list] of Object.entries(lists)) {
    await write(out, `,\n"${name}":[`);
    let text = '';
    let count = 0;
    for (const entry of list) {
      text += `${count === 0 ? '\n' : ',\n'}${JSON.stringify(entry)}`;
      count++;
      if (count % entriesAtOnce === 0) {
        await write(out, text);
        text = '';
      }
    }
    await write(out, `${text}${count === 0 ? '' : '\n'}]`);
  }
  await write(out, '\n}\n');
}

function* mapped<Item, Result>(items: Iterable<Item>, map: (item: Item) => Result): Generator<Result> {
  for (const item of items) {
    yield map(item);
  }
}

async function write(out: Writable, text: string): Promise<void> {
  if (!out.destroyed && !out.write(text)) {
    await Promise.race([once(out, 'drain'), once(out, 'close')]);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
