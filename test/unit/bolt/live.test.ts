import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBoltError } from '../../../src/bolt/boltError';
import type { BoltDatabase } from '../../../src/bolt/database';
import { readBolt, type BoltReadOptions } from '../../../src/bolt/readBolt';
import { ScratchFolder } from '../../support/boltFixture';

const folder = new ScratchFolder();
const childScript = `${folder.path}/liveBoltChild.cjs`;
const children: ChildProcess[] = [];

beforeAll(() => {
  buildSync({
    entryPoints: [fileURLToPath(new URL('../../support/liveBoltChild.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: childScript,
  });
});
afterAll(() => {
  children.forEach((child) => child.kill('SIGKILL'));
  folder.remove();
});

/** Starts a process that keeps committing into a new file. */
async function startWriter(name: string, records: number, restMs: number): Promise<string> {
  const path = `${folder.path}/${name}`;
  const child = fork(childScript, [path, String(records), String(restMs)]);
  children.push(child);
  await once(child, 'message');
  return path;
}

/** All that one transaction wrote agrees with its number, or this throws. Rests in the middle for so long. */
async function expectOneTransaction(database: BoltDatabase, restMs: number): Promise<bigint> {
  let records = 0;
  let count = '';
  const cursor = database.root.bucket('_main')?.cursor();
  while (cursor?.next()) {
    if (++records === 50) {
      await wait(restMs);
    }
    const record = cursor.bucket();
    count = String(record.get('count'));
    if (String(record.get('number')) !== String(database.txid)) {
      throw new Error(`transaction ${database.txid} shows ${String(record.get('number'))}`);
    }
  }
  if (String(records) !== count) {
    throw new Error(`transaction ${database.txid} shows ${records} records of ${count}`);
  }
  return database.txid;
}

interface Outcomes {
  /** Numbers of the transactions that were read. */
  readonly good: bigint[];
  /** Readings that ended with "changed". */
  readonly changed: number;
}

async function readMany(path: string, reads: number, options: BoltReadOptions): Promise<Outcomes> {
  const good: bigint[] = [];
  let changed = 0;
  for (let index = 0; index < reads; index++) {
    try {
      good.push(
        await readBolt(path, (database) => expectOneTransaction(database, (index % 5) * 12), options),
      );
    } catch (error) {
      if (!isBoltError(error) || error.reason !== 'changed') {
        throw error;
      }
      changed++;
    }
  }
  return { good, changed };
}

describe('a database that another process keeps committing into', () => {
  it('is read by parts at one transaction or not at all', async () => {
    const path = await startWriter('parts.db', 400, 15);
    const { good, changed } = await readMany(path, 40, { residentBytes: 0, attempts: 2 });
    expect(good.length + changed).toBe(40);
    expect(changed).toBeGreaterThan(0);
    expect(new Set(good).size).toBeGreaterThan(2);
  });

  it('is read whole at one transaction, however long its reader takes', async () => {
    const path = await startWriter('whole.db', 400, 15);
    const { good } = await readMany(path, 40, { attempts: 8 });
    expect(good).toHaveLength(40);
    expect(new Set(good).size).toBeGreaterThan(10);
  });
});
