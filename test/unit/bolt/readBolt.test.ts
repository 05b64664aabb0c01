import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { BoltFile } from '../../../src/bolt/boltFile';
import type { BoltBucket } from '../../../src/bolt/bucket';
import { readBolt } from '../../../src/bolt/readBolt';
import { damagedDatabase, ScratchFolder } from '../../support/boltFixture';
import { buildBolt, metaPage, writeTree, type PageSink } from '../../support/boltWriter';
import { LiveBoltWriter } from '../../support/liveBoltWriter';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

const content = (text: string) => ({ entries: [['top', { entries: [['key', text]] }]] }) as const;

function walkAll(bucket: BoltBucket): number {
  let entries = 0;
  const cursor = bucket.cursor();
  while (cursor.next()) {
    entries += 1 + (cursor.isBucket ? walkAll(cursor.bucket()) : 0);
  }
  return entries;
}

describe('a path that cannot be read', () => {
  it('does not exist', async () => {
    const path = `${folder.path}/missing.db`;
    await expect(readBolt(path, () => 0)).rejects.toMatchObject({
      reason: 'notFound',
      message: `${path}: there is no such file.`,
    });
  });

  it('leads through a file', async () => {
    const path = `${folder.write('file', Buffer.alloc(1))}/metadata.db`;
    await expect(readBolt(path, () => 0)).rejects.toMatchObject({ reason: 'notFound' });
  });

  it('is a folder', async () => {
    mkdirSync(`${folder.path}/folder`);
    await expect(readBolt(`${folder.path}/folder`, () => 0)).rejects.toMatchObject({ reason: 'notBolt' });
  });

  it.skipIf(process.platform === 'win32')('is a named pipe, which would never answer', async () => {
    execFileSync('mkfifo', [`${folder.path}/pipe`]);
    await expect(readBolt(`${folder.path}/pipe`, () => 0)).rejects.toMatchObject({ reason: 'notBolt' });
  });

  it.skipIf(process.platform === 'win32')('is not ours to read', async () => {
    const path = folder.write('secret.db', buildBolt(content('a')));
    chmodSync(path, 0);
    // Root may read everything, so the test becomes somebody else.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      process.seteuid?.(65_534);
    }
    try {
      await expect(readBolt(path, () => 0)).rejects.toMatchObject({
        reason: 'noPermission',
        message: `${path}: this file may not be read by the current user.`,
      });
    } finally {
      if (isRoot) {
        process.seteuid?.(0);
      }
    }
  });
});

describe('a database that is committed into while it is read by parts', () => {
  const options = { residentBytes: 0 };

  it('is read again until it holds still', async () => {
    const path = `${folder.path}/moving.db`;
    const writer = new LiveBoltWriter(path);
    writer.commit(content('first'));
    const seen: string[] = [];
    const text = await readBolt(
      path,
      ({ root }) => {
        const found = String(root.bucket('top')?.get('key'));
        seen.push(found);
        if (seen.length < 3) {
          writer.commit(content(`after ${seen.length}`));
        }
        return found;
      },
      options,
    );
    expect(seen).toEqual(['first', 'after 1', 'after 2']);
    expect(text).toBe('after 2');
    writer.close();
  });

  it('is called changing when it never does', async () => {
    const path = `${folder.path}/restless.db`;
    const writer = new LiveBoltWriter(path);
    let commits = 0;
    const reading = readBolt(path, () => writer.commit(content(String(++commits))), {
      ...options,
      attempts: 3,
    });
    await expect(reading).rejects.toMatchObject({
      reason: 'changed',
      message: `${path}: another process keeps writing into this database; it changed during every attempt to read it, of which there were 3.`,
    });
    expect(commits).toBe(3);
    writer.close();
  });

  it('is read again after an error that the change may have caused', async () => {
    const path = `${folder.path}/error.db`;
    const writer = new LiveBoltWriter(path);
    let attempts = 0;
    const text = await readBolt(
      path,
      () => {
        if (++attempts === 1) {
          writer.commit(content('second'));
          throw new Error('no sense in these bytes');
        }
        return 'fine';
      },
      options,
    );
    expect([text, attempts]).toEqual(['fine', 2]);
    writer.close();
  });

  it('reports only the damage of the attempt that counts', async () => {
    const path = folder.write('damage.db', damagedDatabase('leaf-zeroed'));
    const onDamage = vi.fn();
    let attempts = 0;
    await readBolt(
      path,
      ({ root }) => {
        walkAll(root);
        expect(onDamage).not.toHaveBeenCalled();
        if (++attempts === 1) {
          writeFileSync(path, damagedDatabase('newest-meta-torn'));
        }
      },
      { ...options, onDamage },
    );
    expect(attempts).toBe(2);
    expect(onDamage).not.toHaveBeenCalled();
  });
});

describe('a file that is cut while it is read', () => {
  it.each([
    [10_000, 'truncated'],
    [100, 'truncated'],
    [50, 'notBolt'],
    [0, 'empty'],
  ])('to %i bytes is an error, unless all of it was in memory', async (length, reason) => {
    for (const residentBytes of [0, 1 << 30]) {
      const bytes = damagedDatabase('good');
      const path = folder.write('shrinking.db', bytes);
      const outcome: unknown = await readBolt(
        path,
        ({ root }) => {
          const cursor = root.bucket('_main')?.cursor();
          cursor?.next();
          truncateSync(path, length);
          return walkAll(root);
        },
        { residentBytes, attempts: 2 },
      ).catch((error: unknown) => error);
      if (residentBytes > 0) {
        expect(outcome).toBeGreaterThan(500);
      } else {
        expect(outcome).toMatchObject({ name: 'BoltError', reason });
      }
    }
  });
});

describe('a reading', () => {
  it('ends with the reason of its signal, before it begins and between attempts', async () => {
    const path = `${folder.path}/abort.db`;
    const writer = new LiveBoltWriter(path);
    const stopped = new AbortController();
    stopped.abort(new Error('enough'));
    const read = vi.fn();
    await expect(readBolt(path, read, { signal: stopped.signal })).rejects.toThrow('enough');
    expect(read).not.toHaveBeenCalled();

    const later = new AbortController();
    const reading = readBolt(
      path,
      () => {
        writer.commit(content('more'));
        later.abort(new Error('enough now'));
      },
      { signal: later.signal, residentBytes: 0 },
    );
    await expect(reading).rejects.toThrow('enough now');
    writer.close();
  });

  it('passes on what its callback throws', async () => {
    const path = folder.write('throw.db', buildBolt(content('a')));
    for (const residentBytes of [0, 1 << 30]) {
      const reading = readBolt(
        path,
        () => {
          throw new RangeError('mine');
        },
        { residentBytes },
      );
      await expect(reading).rejects.toThrow(new RangeError('mine'));
    }
  });

  it('waits for a callback that takes its time', async () => {
    const path = folder.write('slow.db', buildBolt(content('a')));
    const text = await readBolt(
      path,
      async ({ root }) => {
        const bucket = root.bucket('top');
        await new Promise((resolve) => setTimeout(resolve, 5));
        return String(bucket?.get('key'));
      },
      { residentBytes: 0 },
    );
    expect(text).toBe('a');
  });

  it('cannot go on after its callback is through', async () => {
    const path = folder.write('closed.db', buildBolt(content('a')));
    const database = await readBolt(path, (open) => open, { residentBytes: 0 });
    expect(() => walkAll(database.root)).toThrow('the file was closed before all of it was read');
  });

  it('closes its file whatever happens', async () => {
    const close = vi.spyOn(BoltFile.prototype, 'close');
    await readBolt(folder.write('fine.db', buildBolt(content('a'))), () => 0);
    await readBolt(folder.write('text.db', Buffer.from('text')), () => 0).catch(() => undefined);
    expect(close).toHaveBeenCalledTimes(2);
    close.mockRestore();
  });

  it('leaves every byte and the time of change as they were, and needs no right to write', async () => {
    const bytes = damagedDatabase('good');
    const path = folder.write('untouched.db', bytes);
    chmodSync(path, 0o444);
    utimesSync(path, 1_700_000_000, 1_700_000_000.25);
    const before = statSync(path, { bigint: true });
    for (const residentBytes of [0, 1 << 30]) {
      expect(await readBolt(path, ({ root }) => walkAll(root), { residentBytes })).toBeGreaterThan(500);
    }
    const after = statSync(path, { bigint: true });
    expect([after.mtimeNs, after.ctimeNs, after.size, after.mode]).toEqual([
      before.mtimeNs,
      before.ctimeNs,
      before.size,
      before.mode,
    ]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('opens the file for reading only, and locks nothing', async () => {
    const path = folder.write('flags.db', buildBolt(content('a')));
    await readBolt(path, () => {
      const inode = String(statSync(path).ino);
      const open = execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' })
        .split('\n')
        .find((line) => line.endsWith(path));
      const descriptor = /(\d+) -> /.exec(open ?? '')?.[1];
      const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
      expect(parseInt(flags ?? '777', 8) & 3).toBe(0);
      expect(readFileSync('/proc/locks', 'utf8').split(/[\s:]+/)).not.toContain(inode);
    });
  });
});

describe('a file of over 4 GiB', () => {
  it('is read at positions that do not fit 32 bits', async () => {
    const pageSize = 65_536;
    const path = `${folder.path}/huge.db`;
    const descriptor = openSync(path, 'w');
    let highWater = 100_000;
    const sink: PageSink = {
      pageSize,
      allocate: (count) => (highWater += count) - count,
      write: (page, bytes) => writeSync(descriptor, bytes, 0, bytes.length, page * pageSize),
    };
    const rootPage = writeTree({ entries: [['top', { entries: [['long', 'x'.repeat(200_000)]] }]] }, sink);
    for (const txid of [7n, 8n]) {
      const meta = metaPage({ pageSize, rootPage, freelistPage: 2n ** 64n - 1n, highWater, txid });
      sink.write(Number(txid % 2n), meta);
    }
    closeSync(descriptor);
    expect(statSync(path).size).toBeGreaterThan(2 ** 32);
    const found = await readBolt(path, (database) => [
      database.txid,
      database.root.bucket('top')?.get('long')?.length,
      walkAll(database.root),
    ]);
    expect(found).toEqual([8n, 200_000, 2]);
  });
});
