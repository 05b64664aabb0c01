import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScratchFolder } from '../../support/boltFixture';
import { recordDatabase } from '../../support/buildkitRoot';
import { sharedFixture } from '../../support/fixtures';

const folder = new ScratchFolder();
const program = join(folder.path, 'inspect.cjs');
afterAll(() => folder.remove());
beforeAll(() => {
  const entry = fileURLToPath(new URL('../../../src/headless/inspect.ts', import.meta.url));
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: program });
});

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function inspect(...words: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** One line, ended, for a person. */
function expectOneLine(text: string): void {
  expect(text).toMatch(/^\S.{10,}\n$/);
}

describe('inspect records', () => {
  it('prints the whole cache as JSON', () => {
    const { root } = sharedFixture('v0.20.2-overlayfs-diverse');
    const { code, out, err } = inspect('records', root);
    const answer = JSON.parse(out) as Record<string, unknown[]>;
    expect([code, err]).toEqual([0, '']);
    expect(Object.keys(answer)).toEqual([
      'source',
      'takenAt',
      'notes',
      'workers',
      'records',
      'leases',
      'blobs',
      'snapshots',
      'solverKeys',
      'builds',
    ]);
    expect(answer.records).toHaveLength(109);
    expect(answer.leases).toHaveLength(208);
    expect(answer.source).toMatchObject({ kind: 'buildkitRoot', layout: 'BuildKit root', location: root });
    expect(answer.takenAt).toBeGreaterThan(1_700_000_000_000);
  });

  it('gives times as epoch milliseconds and in full, and leaves out what is unknown', () => {
    const { out } = inspect('records', sharedFixture('v0.20.2-overlayfs-diverse').root);
    const { records } = JSON.parse(out) as { records: Record<string, unknown>[] };
    const record = records.find(({ id }) => id === 'e71s00dd6n4yj8gnkob8wnqh4');
    expect(record).toMatchObject({
      kind: 'base',
      type: 'frontend',
      parents: [],
      mutable: false,
      size: 22153796,
      createdAt: 1795220581116,
      createdAtExact: '2026-11-21T00:23:01.116029609Z',
      lastUsedAt: 1795220581428,
      lastUsedAtExact: '2026-11-21T00:23:01.428129401Z',
      usageCount: 1,
      lazy: false,
      deleted: false,
      shared: false,
      leases: ['e71s00dd6n4yj8gnkob8wnqh4', 'e71s00dd6n4yj8gnkob8wnqh4-variants'],
    });
    expect(Object.keys(record ?? {})).not.toContain('inUse');
    expect(Object.keys(record ?? {})).not.toContain('twin');
  });

  it('keeps whatever a description holds', () => {
    const html = '</script><script>alert(1)</script>\n"quoted"';
    const path = folder.write('html.db', recordDatabase({ a: { 'cache.description': html } }));
    expect(JSON.parse(inspect('records', path).out)).toMatchObject({ records: [{ description: html }] });
  });

  it('is quiet when its reader has seen enough', async () => {
    const records = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`r${index}`, { 'cache.description': 'x'.repeat(200) }]),
    );
    const path = folder.write('large.db', recordDatabase(records));
    const child = spawn(process.execPath, [program, 'records', path]);
    const errors: string[] = [];
    child.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, errors.join('')]).toEqual([0, '']);
  });

  it('says on standard error what it had to leave out', () => {
    const root = join(folder.path, 'partly');
    cpSync(sharedFixture('v0.20.2-native-small').root, root, { recursive: true });
    writeFileSync(join(root, 'cache.db'), '');
    const { code, out, err } = inspect('records', root);
    expect(code).toBe(0);
    expectOneLine(err);
    expect(err).toContain('Solver keys are not shown');
    expect(JSON.parse(out)).toMatchObject({ solverKeys: [] });
  });
});

describe('inspect usage', () => {
  it("prints the daemon's own totals", () => {
    const fixture = sharedFixture('docker-20.10-overlay2');
    const { code, out } = inspect('usage', fixture.root);
    const rows = fixture.usage();
    const total = rows.reduce((sum, { size }) => sum + Math.max(size, 0), 0);
    const shared = rows.reduce((sum, row) => sum + (row.shared ? row.size : 0), 0);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      total,
      shared,
      private: total - shared,
      reclaimable: total,
      records: rows.length,
    });
  });
});

describe('bad input', () => {
  it('ends with 1 and one clear line', () => {
    const empty = join(folder.path, 'hollow', 'empty');
    mkdirSync(empty, { recursive: true });
    const zeroes = join(folder.path, 'zeroes', 'runc-overlayfs');
    mkdirSync(zeroes, { recursive: true });
    writeFileSync(join(zeroes, 'metadata_v2.db'), Buffer.alloc(65536));
    const bad = [
      join(folder.path, 'nowhere'),
      empty,
      folder.write('empty.db', Buffer.alloc(0)),
      folder.write('text.txt', Buffer.from('hello')),
      folder.write('zeroes.db', Buffer.alloc(65536)),
      join(folder.path, 'zeroes'),
      join(sharedFixture('v0.20.2-native-small').root, 'cache.db'),
    ];
    for (const path of bad) {
      for (const command of ['records', 'usage']) {
        const { code, out, err } = inspect(command, path);
        expect([code, out], path).toEqual([1, '']);
        expectOneLine(err);
      }
    }
  });

  it.skipIf(process.getuid?.() !== 0)('says how to get permission, in another user’s eyes', () => {
    const root = join(folder.path, 'closed');
    cpSync(sharedFixture('v0.20.2-native-small').root, root, { recursive: true });
    chmodSync(folder.path, 0o755);
    for (const [closed, mode] of [
      ['runc-native/metadata_v2.db', 0o600],
      ['runc-native', 0o700],
      ['', 0o700],
    ] as const) {
      chmodSync(join(root, closed), mode);
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'records', root], {
        encoding: 'utf8',
        uid: 65534,
        gid: 65534,
      });
      expect([status, stdout]).toEqual([1, '']);
      expectOneLine(stderr);
      expect(stderr).toContain('Copy the folder');
    }
  });
});

describe('wrong usage', () => {
  it.each([[[]], [['records']], [['list', '/tmp']], [['records', '/tmp', 'more']], [['records', '']]])(
    'ends with 2 and the usage: %j',
    (words) => {
      const { code, out, err } = inspect(...words);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^usage: inspect records PATH/);
    },
  );
});
