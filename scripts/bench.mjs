import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { outFolder, root } from './support/paths.mjs';
import { runProcess } from './support/processes.mjs';

/**
 * Runs the benchmarks test/bench/NAME.bench.ts, all or the named ones: `npm run -s bench -- open graph`.
 * Each runs in a process of its own with `gc()` at hand, prints a table and writes out/bench/NAME.json.
 */
await installRoot();
const { buildBench } = await import('./support/bundles.mjs');

const folder = join(root, 'test', 'bench');
const ending = '.bench.ts';
const all = readdirSync(folder)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !existsSync(join(folder, name + ending)));
if (unknown.length > 0) {
  console.error(`No benchmark is named ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted : all) {
  const program = await buildBench(name, join(outFolder, 'bench', `${name}.json`));
  const { code } = await runProcess(process.execPath, ['--expose-gc', '--enable-source-maps', program]);
  if (code !== 0) process.exitCode = 1;
}
