import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openLocalStore } from '../store/openLocalStore';
import { PlainMergeBackend } from './replay/plainMergeBackend';
import { replayTrace } from './replay/replayer';
import { readTrace } from './replay/trace';

/**
 * Replays every trace below a folder against the core on a real local store, made for each and thrown away. Prints the first
 * difference of each that fails, and `N passed, N failed`.
 * @returns the exit code: 0 when all pass, 1 when one fails, 2 when there is nothing to replay
 */
export async function replayFolder(folder: string, print: (line: string) => void): Promise<number> {
  const paths = await traceFiles(folder);
  if (paths.length === 0) {
    print(`no traces (*.jsonl, *.jsonl.gz) in ${folder}`);
    return 2;
  }
  let failed = 0;
  for (const path of paths) {
    const difference = await replayFile(path);
    if (difference === undefined) continue;
    failed++;
    print(`${relative(folder, path)}: ${difference}`);
  }
  print(`${paths.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The first difference, or why the trace could not be replayed. */
async function replayFile(path: string): Promise<string | undefined> {
  const store = await mkdtemp(join(tmpdir(), 'replay-'));
  try {
    return await replayTrace(await readTrace(path), {
      open: (clock) => {
        const snapshotBackend = new PlainMergeBackend(join(store, 'snapshots'));
        return openLocalStore(store, { create: true, clock, snapshotBackend });
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

async function traceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.jsonl(\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
