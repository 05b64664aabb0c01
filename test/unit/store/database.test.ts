import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import initialize from 'sql.js';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/store/database/crc32c';
import { decodeFrame, encodeFrame, StatementNumbers } from '../../../src/store/database/frame';
import {
  JournaledDatabase,
  type JournaledDatabaseOptions,
} from '../../../src/store/database/journaledDatabase';
import { FollowingDatabase } from '../../../src/store/database/followingDatabase';
import { migrate } from '../../../src/store/database/image';
import { migrations } from '../../../src/store/database/schema';
import type { SqlDatabase } from '../../../src/store/database/sqlDatabase';
import { loadSqlite, Sqlite } from '../../../src/store/database/sqlite';
import { nodeFiles, type Files } from '../../../src/store/files';
import { FaultyFiles, type FaultKind } from '../../support/storeFaults';
import { temporaryFolder } from '../../support/storeFolder';

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

function open(folder: string, options?: JournaledDatabaseOptions, files: Files = nodeFiles) {
  return JournaledDatabase.open(files, folder, options);
}

function put(database: SqlDatabase, id: string, size = 1): void {
  database.run('INSERT OR REPLACE INTO record (id, size) VALUES (?, ?)', id, size);
}

function ids(database: SqlDatabase): string[] {
  return database.all('SELECT id FROM record ORDER BY id').map(([id]) => String(id));
}

const journalOf = (folder: string) => join(folder, 'metadata.journal');
const checkpointOf = (folder: string) => join(folder, 'metadata.sqlite');

describe('CRC-32C', () => {
  it('gives the known check value', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  });
});

describe('frames', () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.double(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
  );
  const operations = fc.array(
    fc.record({ sql: fc.constantFrom('one', 'two', 'three'), values: fc.array(value, { maxLength: 6 }) }),
    { maxLength: 8 },
  );

  it('come back as they were, one after the other', () => {
    fc.assert(
      fc.property(fc.array(operations, { minLength: 1, maxLength: 5 }), (transactions) => {
        const numbers = new StatementNumbers();
        const file = Buffer.concat(transactions.map((one, n) => encodeFrame(n + 1, one, numbers)));
        const texts: string[] = [];
        let at = 0;
        for (const [n, one] of transactions.entries()) {
          const frame = decodeFrame(file, at, texts);
          expect(frame).toMatchObject({ sequence: n + 1, operations: one });
          at = frame?.end ?? 0;
        }
        expect(at).toBe(file.length);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are not taken for whole when cut or when any byte differs', () => {
    const whole = encodeFrame(1, [{ sql: 'INSERT', values: ['text', 12, null] }], new StatementNumbers());
    for (let n = 0; n < whole.length; n++) {
      expect(decodeFrame(whole.subarray(0, n), 0, [])).toBeUndefined();
      const changed = Buffer.from(whole);
      changed[n] ^= 0x41;
      expect(decodeFrame(changed, 0, [])).toBeUndefined();
    }
  });
});

describe('the database', () => {
  it('keeps what was committed, in the order it was done', async () => {
    const folder = temporaryFolder();
    let database = await open(folder);
    put(database, 'a', 1);
    put(database, 'a', 2);
    await database.commit();
    await database.close();
    database = await open(folder);
    expect(database.all('SELECT id, size FROM record')).toEqual([['a', 2]]);
    await database.close();
  });

  it('takes all of a transaction or nothing, and a part that fails alone', async () => {
    const folder = temporaryFolder();
    let database = await open(folder);
    const stop = new Error('stop');
    const failing = () =>
      database.transaction(() => {
        put(database, 'lost');
        throw stop;
      });
    expect(failing).toThrow(stop);
    database.transaction(() => {
      put(database, 'kept');
      expect(failing).toThrow(stop);
      put(database, 'kept too');
    });
    expect(() => database.transaction(() => Promise.resolve())).toThrow(refusal('invalid'));
    expect(ids(database)).toEqual(['kept', 'kept too']);
    await database.close();
    database = await open(folder);
    expect(ids(database)).toEqual(['kept', 'kept too']);
    await database.close();
  });

  it('shares one sync among commits that come together, and syncs nothing for nothing', async () => {
    const folder = temporaryFolder();
    const files = new FaultyFiles();
    const database = await open(folder, {}, files);
    const before = files.operations;
    const commits = Array.from({ length: 50 }, (_, n) => {
      put(database, `r${n}`);
      return database.commit();
    });
    await Promise.all(commits);
    // One write and one sync.
    expect(files.operations - before).toBe(2);
    await database.commit();
    expect(files.operations - before).toBe(2);
    await database.close();
  });

  it('writes by itself what nobody commits', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    const before = statSync(journalOf(folder)).size;
    put(database, 'a');
    await expect.poll(() => statSync(journalOf(folder)).size).toBeGreaterThan(before);
    await database.close();
  });

  it('cuts a torn tail, wherever it is torn', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    const ends: number[] = [];
    for (const id of ['a', 'b', 'c']) {
      put(database, id);
      await database.commit();
      ends.push(statSync(journalOf(folder)).size);
    }
    const copy = temporaryFolder();
    for (let length = ends[0]; length <= ends[2]; length += 3) {
      cpSync(folder, copy, { recursive: true });
      truncateSync(journalOf(copy), length);
      const again = await open(copy);
      expect(ids(again)).toEqual(['a', 'b', 'c'].slice(0, ends.filter((end) => end <= length).length));
      put(again, 'z');
      await again.close();
      const third = await open(copy);
      expect(ids(third)).toContain('z');
      await third.close();
    }
    await database.close();
  });

  it('goes on behind garbage that a power cut left at the end', async () => {
    const folder = temporaryFolder();
    let database = await open(folder);
    put(database, 'a');
    await database.close();
    appendFileSync(journalOf(folder), Buffer.alloc(5000, 7));
    database = await open(folder);
    put(database, 'b');
    await database.close();
    database = await open(folder);
    expect(ids(database)).toEqual(['a', 'b']);
    await database.close();
  });

  it('says so when checkpoint or journal are not what they should be', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    put(database, 'a');
    await database.close();
    const [image, journal] = [checkpointOf(folder), journalOf(folder)].map((path) => readFileSync(path));
    const spoil = async (path: string, bytes: Uint8Array) => {
      writeFileSync(checkpointOf(folder), image);
      writeFileSync(journalOf(folder), journal);
      writeFileSync(path, bytes);
      await expect(open(folder)).rejects.toEqual(refusal('corrupt'));
      expect(readFileSync(path)).toEqual(Buffer.from(bytes));
    };
    await spoil(checkpointOf(folder), Buffer.from('not a database at all'));
    await spoil(checkpointOf(folder), Buffer.alloc(0));
    await spoil(journalOf(folder), Buffer.from('not a journal at all, but long enough for one'));
    await spoil(journalOf(folder), journal.subarray(0, 20));
    const damaged = Buffer.from(journal);
    damaged[20] ^= 1;
    await spoil(journalOf(folder), damaged);
    rmSync(checkpointOf(folder));
    writeFileSync(journalOf(folder), journal);
    await expect(open(folder)).rejects.toEqual(refusal('corrupt'));
  });

  it('does not open what a newer version wrote', async () => {
    const folder = temporaryFolder();
    await (await open(folder)).close();
    const { Database } = await initialize();
    const newer = new Database(readFileSync(checkpointOf(folder)));
    newer.run('PRAGMA user_version = 1000');
    writeFileSync(checkpointOf(folder), newer.export());
    await expect(open(folder)).rejects.toEqual(refusal('newerVersion'));
  });
});

describe('the schema', () => {
  const addColumn = 'ALTER TABLE record ADD COLUMN future TEXT';

  it('grows by the steps that are missing, all or none, and keeps what is there', async () => {
    const sqlite = new Sqlite(await loadSqlite());
    expect(migrate(sqlite)).toBe(true);
    sqlite.run("INSERT INTO record (id, size) VALUES ('a', 5)", []);
    expect(migrate(sqlite)).toBe(false);
    expect(() => migrate(sqlite, [...migrations, addColumn, 'not SQL'])).toThrow('syntax');
    expect(migrate(sqlite, [...migrations, addColumn])).toBe(true);
    expect(sqlite.all('SELECT id, size, future FROM record', [])).toEqual([['a', 5, null]]);
    sqlite.close();
  });

  it('brings an older store up to date when it is opened, and writes that down at once', async () => {
    const folder = temporaryFolder();
    const { Database } = await initialize();
    const older = new Database();
    older.run('PRAGMA user_version = 0');
    older.run(migrations[0]);
    older.run("INSERT INTO record (id) VALUES ('old')");
    older.run(`PRAGMA user_version = 1`);
    writeFileSync(checkpointOf(folder), older.export());
    const database = await open(folder);
    expect(ids(database)).toEqual(['old']);
    await database.close();
    const image = new Database(readFileSync(checkpointOf(folder)));
    expect(image.exec('PRAGMA user_version')[0].values).toEqual([[migrations.length]]);
    image.close();
  });

  it('lets nothing belong to what is not there', async () => {
    const database = await open(temporaryFolder());
    const orphan = () => database.run("INSERT INTO record_url VALUES ('nobody', 0, 'x')");
    expect(orphan).toThrow(refusal('invalid'));
    expect(() => database.run("INSERT INTO record (id, committed) VALUES ('a', 2)")).toThrow(
      refusal('invalid'),
    );
    expect(ids(database)).toEqual([]);
    await database.close();
  });
});

describe('checkpoints', () => {
  it('are whole SQLite files while work goes on, and lose nothing', async () => {
    const folder = temporaryFolder();
    let database = await open(folder, { checkpointBytes: 20_000 });
    for (let n = 0; n < 3000; n++) {
      put(database, `r${String(n).padStart(5, '0')}`, n);
      if (n % 10 === 0) await database.commit();
    }
    await database.commit();
    const all = ids(database);
    expect(statSync(journalOf(folder)).size).toBeLessThan(200_000);
    const { Database } = await initialize();
    const image = new Database(readFileSync(checkpointOf(folder)));
    expect(image.exec('PRAGMA integrity_check; PRAGMA foreign_key_check')[0].values).toEqual([['ok']]);
    expect(Number(image.exec('SELECT generation FROM checkpoint')[0].values[0][0])).toBeGreaterThan(2);
    image.close();
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    const other = await open(copy);
    expect(ids(other)).toEqual(all);
    await Promise.all([other.close(), database.close()]);
    database = await open(folder);
    expect(ids(database)).toEqual(all);
    await database.close();
  });

  it('take in what changes while they are copied', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    const fill = (prefix: string) => {
      for (let n = 0; n < 20_000; n++) put(database, `${prefix}${n}`, n);
    };
    fill('a');
    const checkpoint = database.checkpoint();
    let rounds = 0;
    const working = (async () => {
      while (rounds < 200) {
        put(database, `during${rounds++}`);
        database.run('UPDATE record SET size = size + 1 WHERE id LIKE ?', `a${rounds}`);
        await database.commit();
      }
    })();
    await Promise.all([checkpoint, working]);
    const all = database.all('SELECT id, size FROM record ORDER BY id');
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    const other = await open(copy);
    expect(other.all('SELECT id, size FROM record ORDER BY id')).toEqual(all);
    await Promise.all([other.close(), database.close()]);
  });

  it('are complete with the old journal, when a crash came between the two renames', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    put(database, 'a');
    database.run("UPDATE record SET size = size + 1 WHERE id = 'a'");
    await database.commit();
    const old = temporaryFolder();
    copyFileSync(journalOf(folder), journalOf(old));
    await database.checkpoint();
    copyFileSync(checkpointOf(folder), checkpointOf(old));
    const other = await open(old);
    expect(other.all('SELECT id, size FROM record')).toEqual([['a', 2]]);
    put(other, 'b');
    await other.close();
    const again = await open(old);
    expect(ids(again)).toEqual(['a', 'b']);
    await Promise.all([again.close(), database.close()]);
  });

  it('of another time than the journal are refused', async () => {
    const folder = temporaryFolder();
    const database = await open(folder);
    const old = readFileSync(checkpointOf(folder));
    put(database, 'a');
    await database.checkpoint();
    await database.close();
    writeFileSync(checkpointOf(folder), old);
    await expect(open(folder)).rejects.toEqual(refusal('corrupt'));
  });
});

describe('a failing disk', () => {
  const kinds: FaultKind[] = ['EIO', 'ENOSPC', 'short'];

  /** Commits one by one with a checkpoint in between; what was acknowledged, and what was tried. */
  async function work(folder: string, files: Files): Promise<{ acknowledged: string[]; tried: string[] }> {
    const acknowledged: string[] = [];
    const tried: string[] = [];
    let database: JournaledDatabase | undefined;
    try {
      database = await open(folder, {}, files);
      for (let n = 0; n < 6; n++) {
        put(database, `r${n}`);
        tried.push(`r${n}`);
        await database.commit();
        acknowledged.push(`r${n}`);
        if (n === 3) await database.checkpoint().catch(() => undefined);
      }
    } catch {
      if (database !== undefined) {
        expect(database.state.writable).toBe(false);
        expect(() => database?.run("INSERT INTO record (id) VALUES ('never')")).toThrow(refusal('readOnly'));
        expect(ids(database)).toEqual(tried);
      }
    }
    await database?.close().catch(() => undefined);
    return { acknowledged, tried };
  }

  it.each(kinds)(
    'never loses what was acknowledged nor keeps a half, at whichever call it fails (%s)',
    async (kind) => {
      const counting = new FaultyFiles();
      await work(temporaryFolder(), counting);
      for (const healed of [false, true]) {
        for (let failAt = 0; failAt < counting.operations; failAt++) {
          const folder = temporaryFolder();
          const { acknowledged, tried } = await work(folder, new FaultyFiles(failAt, kind, healed));
          const database = await open(folder);
          const found = ids(database);
          expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
          expect(tried.slice(0, found.length)).toEqual(found);
          await database.close();
        }
      }
    },
  );
});

describe('following a writer', () => {
  it('sees what is committed, through checkpoints, and writes nothing itself', async () => {
    const folder = temporaryFolder();
    const writer = await open(folder);
    put(writer, 'a');
    await writer.commit();
    const reader = await FollowingDatabase.open(nodeFiles, folder, 'somebody writes');
    let told = 0;
    reader.onChange(() => told++);
    expect(ids(reader)).toEqual(['a']);
    expect(reader.state).toEqual({ writable: false, because: 'somebody writes' });
    expect(() => reader.transaction()).toThrow(refusal('readOnly'));
    put(writer, 'b');
    await writer.commit();
    await reader.follow();
    expect(ids(reader)).toEqual(['a', 'b']);
    await writer.checkpoint();
    put(writer, 'c');
    await writer.commit();
    await reader.follow();
    expect(ids(reader)).toEqual(['a', 'b', 'c']);
    await writer.checkpoint();
    await writer.checkpoint();
    await reader.follow();
    put(writer, 'd');
    await writer.commit();
    await expect.poll(() => ids(reader)).toEqual(['a', 'b', 'c', 'd']);
    expect(told).toBeGreaterThan(0);
    await Promise.all([reader.close(), writer.close()]);
  });
});
