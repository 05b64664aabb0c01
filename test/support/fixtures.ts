import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fixturePath } from './boltFixture';

/** A record as a daemon's own answer to a disk usage request lists it. */
export interface UsageRow {
  readonly id: string;
  readonly mutable: boolean;
  readonly inUse: boolean;
  readonly size: number;
  readonly createdAt: string;
  readonly lastUsedAt?: string | null;
  readonly usageCount: number;
  readonly description: string;
  readonly recordType: string;
  readonly shared: boolean;
  /** Absent from engines that know one parent only. */
  readonly parents?: readonly string[] | null;
  /** The one parent, empty for none; of old engines. */
  readonly parent?: string;
}

/** A state directory of a real daemon, unpacked, with what that daemon said of it. */
export class Fixture {
  constructor(
    readonly name: string,
    private readonly folder: string,
  ) {}

  /** The root directory as the daemon left it. */
  get root(): string {
    return join(this.folder, 'state');
  }

  /** The same after a newer daemon had converted it; one fixture only. */
  get migratedRoot(): string {
    return join(this.folder, 'migrated');
  }

  has(truthFile: string): boolean {
    return existsSync(this.truthPath(truthFile));
  }

  /** The records of a disk usage answer, `du.json` or another by name. */
  usage(file = 'du.json'): UsageRow[] {
    return (JSON.parse(this.truthText(file)) as UsageRow[] | null) ?? [];
  }

  truthText(file: string): string {
    return gunzipSync(readFileSync(this.truthPath(file))).toString();
  }

  private truthPath(file: string): string {
    return fixturePath('buildkit', this.name, 'truth', `${file}.gz`);
  }
}

export function fixtureNames(): string[] {
  return readdirSync(fixturePath('buildkit')).sort();
}

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const shared = new Map<string, Fixture>();

/** A fixture that is unpacked once for all who only read it. */
export function sharedFixture(name: string): Fixture {
  const fixture = shared.get(name) ?? unpackFixture(name);
  shared.set(name, fixture);
  return fixture;
}

/** Unpacks a fixture into a folder of its own, which is removed when the process ends: tests may change what is in it. */
export function unpackFixture(name: string): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-fixture-'));
  folders.push(folder);
  for (const part of ['state', 'migrated']) {
    const packed = fixturePath('buildkit', name, part);
    if (existsSync(packed)) {
      unpackFolder(packed, join(folder, part));
    }
    const blobs = fixturePath('buildkit', name, `${part}-blobs.txt.gz`);
    if (existsSync(blobs)) {
      makeBlobs(gunzipSync(readFileSync(blobs)).toString(), folder);
    }
  }
  return new Fixture(name, folder);
}

function unpackFolder(from: string, to: string): void {
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    const source = join(from, path);
    if (statSync(source).isFile()) {
      const bytes = readFileSync(source);
      const isPacked = path.endsWith('.gz');
      const target = join(to, isPacked ? path.slice(0, -'.gz'.length) : path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, isPacked ? gunzipSync(bytes) : bytes);
    }
  }
}

/** That a blob is there is all that matters of most. */
function makeBlobs(list: string, folder: string): void {
  for (const path of list.trim().split('\n')) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}
