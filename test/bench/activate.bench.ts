import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles } from '../../scripts/support/bundles.mjs';
import { distFolder } from '../../scripts/support/paths.mjs';
import type { Row } from './support/bench';

export const name =
  'Activation: loading the packaged bundle and activate(), each in a fresh process (limit 50 ms)';

const rounds = 25;

interface Times {
  readonly load: number;
  readonly activate: number;
}

/**
 * The child loads the bundle as the extension host does, with a `vscode` that answers every question with itself:
 * what is measured is the extension's own work, without the editor's.
 */
const child = `
const Module = require('node:module');
const anything = new Proxy(function () {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
  construct: () => anything,
  // The bundler's copy of the module has no members of its own and asks its prototype.
  getPrototypeOf: () => anything,
});
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? anything : load(name, ...rest));
const subscriptions = [];
const start = performance.now();
const { activate } = require(process.argv[2]);
const loaded = performance.now();
activate({ subscriptions, extensionUri: anything, workspaceState: anything, globalStorageUri: anything });
const active = performance.now();
if (subscriptions.length === 0) throw new Error('nothing was registered');
console.log(JSON.stringify({ load: loaded - start, activate: active - loaded }));
process.exit();
`;

export async function run(): Promise<readonly Row[]> {
  await buildBundles({ production: true, names: ['extension'] });
  const bundle = join(distFolder, 'extension.js');
  const folder = mkdtempSync(join(tmpdir(), 'build-cache-inspector-bench-'));
  try {
    const script = join(folder, 'activate.cjs');
    writeFileSync(script, child);
    const times = Array.from({ length: rounds }, () => measure(script, bundle));
    const kilobytes = Math.round(statSync(bundle).size / 1000);
    return [
      row(
        `load dist/extension.js (${kilobytes} kB)`,
        times.map(({ load }) => load),
      ),
      row(
        'activate()',
        times.map(({ activate }) => activate),
      ),
      row(
        'both',
        times.map(({ load, activate }) => load + activate),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(script: string, bundle: string): Times {
  return JSON.parse(execFileSync(process.execPath, [script, bundle], { encoding: 'utf8' })) as Times;
}

function row(what: string, times: readonly number[]): Row {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    what,
    'median ms': sorted[Math.floor(sorted.length / 2)],
    'worst ms': sorted[sorted.length - 1],
    rounds,
  };
}
