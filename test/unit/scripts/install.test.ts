import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { matchesLock } from '../../../scripts/support/install.mjs';

type Packages = Record<string, { version: string; optional?: boolean }>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-install-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const d3 = { 'node_modules/d3': { version: '7.9.0' } };
const binary = { 'node_modules/esbuild-linux': { version: '1.0.0', optional: true } };

/** Lays out a folder as npm leaves it: a lock, and the note of what was installed. */
function lay(locked: Packages, installed: Packages): void {
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
  for (const path of Object.keys(installed)) mkdirSync(join(folder, path), { recursive: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
}

describe('an installation', () => {
  it('matches its lock when every package is there in its version', () => {
    lay({ ...d3, ...binary }, { ...d3, ...binary });
    expect(matchesLock(folder)).toBe(true);
  });

  it('may lack optional packages', () => {
    lay({ ...d3, ...binary }, d3);
    expect(matchesLock(folder)).toBe(true);
  });

  it('may not lack any other', () => {
    lay(d3, {});
    expect(matchesLock(folder)).toBe(false);
  });

  it('may not have another version', () => {
    lay(d3, { 'node_modules/d3': { version: '7.8.0' } });
    expect(matchesLock(folder)).toBe(false);
  });

  it('does not match when a package was removed by hand', () => {
    lay(d3, d3);
    rmSync(join(folder, 'node_modules', 'd3'), { recursive: true });
    expect(matchesLock(folder)).toBe(false);
  });

  it('does not match when nothing was installed yet', () => {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...d3 } }));
    expect(matchesLock(folder)).toBe(false);
  });
});
