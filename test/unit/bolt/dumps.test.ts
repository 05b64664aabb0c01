import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readBolt } from '../../../src/bolt/readBolt';
import { dumpDatabase } from '../../support/boltDump';
import { fixturePath, ScratchFolder } from '../../support/boltFixture';

const folder = new ScratchFolder();
afterAll(() => folder.remove());

interface Dumped {
  /** Fixture and dump, for the name of the test. */
  readonly name: string;
  readonly database: string;
  readonly dump: string;
}

/** All databases of the fixtures that have a dump by the Go library, `NAME/truth/bolt/FILE.jsonl.gz`. */
function findDumped(): Dumped[] {
  return readdirSync(fixturePath('buildkit')).flatMap((fixture) => {
    const dumps = fixturePath('buildkit', fixture, 'truth', 'bolt');
    return (existsSync(dumps) ? readdirSync(dumps) : [])
      .filter((file) => !file.startsWith('migrate-only__'))
      .map((file) => ({
        name: `${fixture} ${file}`,
        database: databaseOf(fixture, file.replace('.jsonl.gz', '')),
        dump: `${dumps}/${file}`,
      }));
  });
}

/**
 * The database that a dump is of. `A__B.db` is `state/A/B.db`, or deeper in `state`; where a root was migrated, `before__` or
 * `after__` stands in front. Of a third state, `migrate-only__`, there are only dumps.
 */
function databaseOf(fixture: string, dumpName: string): string {
  const [, step, name] = /^(before__|after__)?(.*)$/.exec(dumpName) ?? [];
  const state = fixturePath('buildkit', fixture, step === 'after__' ? 'migrated' : 'state');
  const wanted = `/${name.replaceAll('__', '/')}`;
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' });
  const found = files.find((file) => `/${file.replace(/\.gz$/, '')}`.endsWith(wanted));
  return `${state}/${found ?? dumpName}`;
}

function unpacked(path: string): string {
  return path.endsWith('.gz') ? folder.write('unpacked.db', gunzipSync(readFileSync(path))) : path;
}

describe('a database of a real daemon', () => {
  const dumped = findDumped();

  it('is at hand', () => {
    expect(dumped.length).toBeGreaterThan(50);
  });

  it.each(dumped)('has the keys and values that the Go library finds: $name', async ({ database, dump }) => {
    const truth = gunzipSync(readFileSync(dump)).toString().trimEnd();
    const expected = truth === '' ? [] : truth.split('\n').map((line): unknown => JSON.parse(line));
    for (const residentBytes of [0, 1 << 30]) {
      const lines = await readBolt(unpacked(database), (opened) => [...dumpDatabase(opened)], {
        residentBytes,
      });
      expect(lines).toEqual(expected);
    }
  });
});
