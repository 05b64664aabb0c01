import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodeFiles, type Files } from '../../../src/store/files';
import { StoreLock } from '../../../src/store/lock/storeLock';
import { StoreChild } from '../../support/storeChild';
import { check, read, settle, type Expected } from '../../support/storeExpected';
import { temporaryFolder, temporaryStore } from '../../support/storeFolder';

const acquire = (folder: string, files: Files = nodeFiles) =>
  StoreLock.acquire(files, folder, { beatMs: 20, staleMs: 500 });

const elsewhere = (nonce: number) =>
  `${JSON.stringify({ nonce: `00000000-0000-4000-8000-${String(nonce).padStart(12, '0')}`, host: 'elsewhere', pid: 1 })}\n`;

/** A lock, or claim, of a machine that was last heard of some milliseconds ago. */
function leave(folder: string, name: string, text: string, agoMs: number): void {
  writeFileSync(join(folder, name), text);
  const then = (Date.now() - agoMs) / 1000;
  utimesSync(join(folder, name), then, then);
}

describe('the lock', () => {
  it('is held by one at a time and says by whom', async () => {
    const folder = temporaryFolder();
    const first = await acquire(folder);
    const second = await acquire(folder);
    expect(first.lock?.takenOver).toBe(false);
    expect(second).toEqual({ heldBy: `process ${process.pid} on ${hostname()}` });
    await first.lock?.release();
    const third = await acquire(folder);
    expect(third.lock).toBeDefined();
    await third.lock?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given to one of many who ask at once', async () => {
    const folder = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 20 }, () => acquire(folder)));
    const winners = all.flatMap(({ lock }) => (lock === undefined ? [] : [lock]));
    expect(winners).toHaveLength(1);
    await winners[0].release();
  });

  it('works where the file system has no hard links', async () => {
    const folder = temporaryFolder();
    const files = {
      ...nodeFiles,
      link: () => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' })),
    };
    const all = await Promise.all(Array.from({ length: 10 }, () => acquire(folder, files)));
    expect(all.filter(({ lock }) => lock !== undefined)).toHaveLength(1);
    for (const { lock } of all) await lock?.release();
  });

  it('of a holder elsewhere is left alone while it shows itself, and taken over by one when it has not', async () => {
    const folder = temporaryFolder();
    leave(folder, 'lock', elsewhere(1), 100);
    expect(await acquire(folder)).toEqual({ heldBy: 'process 1 on elsewhere' });
    leave(folder, 'lock', elsewhere(1), 5000);
    const all = await Promise.all(Array.from({ length: 20 }, () => acquire(folder)));
    const winners = all.flatMap(({ lock }) => (lock === undefined ? [] : [lock]));
    expect(winners.map(({ takenOver }) => takenOver)).toEqual([true]);
    await winners[0].release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that cannot be read is waited out like one elsewhere', async () => {
    const folder = temporaryFolder();
    leave(folder, 'lock', '', 100);
    expect((await acquire(folder)).lock).toBeUndefined();
    leave(folder, 'lock', 'garbage', 5000);
    const { lock } = await acquire(folder);
    expect(lock?.takenOver).toBe(true);
    await lock?.release();
  });

  it('is taken over although somebody died while taking it over', async () => {
    const folder = temporaryFolder();
    leave(folder, 'lock', elsewhere(1), 5000);
    const nonce = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    leave(folder, `lock.takeover-${nonce(1)}`, elsewhere(2), 100);
    expect((await acquire(folder)).lock).toBeUndefined();
    leave(folder, `lock.takeover-${nonce(1)}`, elsewhere(2), 5000);
    const { lock } = await acquire(folder);
    expect(lock?.takenOver).toBe(true);
    await lock?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is noticed to be lost before anything is written', async () => {
    const folder = temporaryFolder();
    const { lock } = await acquire(folder);
    if (lock === undefined) throw new Error('The lock is free');
    let lost = 0;
    lock.onLost = () => lost++;
    await lock.require();
    writeFileSync(join(folder, 'lock.other'), elsewhere(9));
    await nodeFiles.rename(join(folder, 'lock.other'), join(folder, 'lock'));
    await delay(200);
    await expect(lock.require()).rejects.toMatchObject({ reason: 'locked' });
    expect(lost).toBe(1);
    await lock.release();
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(elsewhere(9));
  });
});

describe('two processes on one store', () => {
  /** 1,000 for the full proof; a sample otherwise. */
  const rounds = Number(process.env.LOCK_ROUNDS ?? 3);

  it(`are never two writers (${rounds} times)`, async () => {
    const folder = join(temporaryFolder(), 'store');
    const isRole = (line: string) => line === 'writer' || line === 'reader';
    for (let round = 0; round < rounds; round++) {
      const children = [1, 2].map(() => new StoreChild('hold', folder));
      const roles = await Promise.all(children.map((child) => child.said(isRole)));
      expect(roles.sort()).toEqual(['reader', 'writer']);
      // Every other time the writer dies without giving the lock back.
      if (round % 2 === 1) for (const child of children) child.kill();
      else for (const child of children) child.end();
      await Promise.all(children.map((child) => child.ended));
      expect(existsSync(join(folder, 'lock'))).toBe(round % 2 === 1);
    }
  }, 3_600_000);

  it(`that both want to write and are killed lose and spoil nothing (${rounds} times)`, async () => {
    const folder = join(temporaryFolder(), 'store');
    const expected: Expected = { records: new Map(), unsure: new Set() };
    for (let round = 0; round < rounds; round++) {
      const children = [1, 2, 3].map((n) => new StoreChild('work', folder, String(round * 3 + n)));
      const answers = await Promise.all(children.map((child) => child.said(() => true)));
      expect(answers.filter((answer) => answer === 'open')).toHaveLength(1);
      expect(answers.filter((answer) => answer?.startsWith('refused'))).toHaveLength(2);
      await delay((round * 41) % 157);
      for (const child of children) child.kill();
      await Promise.all(children.map((child) => child.ended));
      for (const child of children) read(child.lines, expected);
      // Looks on without the lock, which the dead writer has left for the next round to fight about.
      const reader = await temporaryStore({ readOnly: true }, folder);
      for (const [id, blob] of expected.records) {
        if (expected.unsure.has(id)) continue;
        expect(reader.metadata.get(id)).toMatchObject(
          blob === '' ? { snapshotId: id } : { snapshotId: id, blob },
        );
      }
      settle(reader, expected);
      await reader.close();
    }
    await check(await temporaryStore({}, folder), expected);
  }, 3_600_000);

  it('read and write side by side', async () => {
    const folder = join(temporaryFolder(), 'store');
    const child = new StoreChild('work', folder, '5');
    await child.said((line) => line === 'open');
    const reader = await temporaryStore({}, folder);
    expect(reader.state.writable).toBe(false);
    expect(() => reader.metadata.put('x', {})).toThrow(expect.objectContaining({ reason: 'readOnly' }));
    await expect(reader.content.writer({ ref: 'x' })).rejects.toMatchObject({ reason: 'readOnly' });
    await expect(reader.snapshots.prepare('x')).rejects.toMatchObject({ reason: 'readOnly' });
    await expect(reader.collect()).rejects.toMatchObject({ reason: 'readOnly' });
    const said = await child.said((line) => line.startsWith('added r5x1'));
    if (said === undefined) throw new Error('The child has ended');
    child.kill('SIGSTOP');
    await reader.follow();
    const gone = new Set(
      child.lines.filter((line) => line.startsWith('removing')).map((line) => line.split(' ')[1]),
    );
    const there = reader.metadata.all().map(({ id }) => id);
    for (const line of child.lines.filter((one) => one.startsWith('added'))) {
      const [, id] = line.split(' ');
      if (!gone.has(id)) expect(there).toContain(id);
    }
    child.kill();
    await child.ended;
    const writer = await temporaryStore({}, folder);
    expect(writer.state.writable).toBe(true);
  });
});
