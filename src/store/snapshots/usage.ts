import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../files';
import type { SnapshotUsage } from '../snapshotter';
import type { Pacer } from './pacer';

/** Adds up blocks of files as they lie on disk; a file with several names counts once. */
export class UsageSum {
  private readonly seen = new Set<string>();
  private size = 0;

  add({ dev, ino, blocks, nlink, size }: BigIntStats): void {
    // Only a file with several names can come again.
    const identity = nlink > 1n ? `${dev}:${ino}` : `#${this.seen.size}`;
    if (this.seen.has(identity)) return;
    this.seen.add(identity);
    // Windows does not tell blocks.
    this.size += process.platform === 'win32' ? Number(size) : Number(blocks) * 512;
  }

  get usage(): SnapshotUsage {
    return { size: this.size, inodes: this.seen.size };
  }
}

/** Usage of a directory and all in it; nothing when there is none. `counts` can leave files out. */
export async function measure(
  root: string,
  pacer: Pacer,
  counts: (stats: BigIntStats) => boolean = () => true,
): Promise<SnapshotUsage> {
  const sum = new UsageSum();
  const pending = [root];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (pacer.due) await pacer.pause();
    try {
      const stats = lstatSync(path, { bigint: true });
      if (counts(stats)) sum.add(stats);
      if (stats.isDirectory()) for (const name of readdirSync(path)) pending.push(join(path, name));
    } catch (error) {
      // Whoever works in the snapshot may remove what we are about to look at.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return sum.usage;
}
