import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { distFolder } from './support/paths.mjs';

/**
 * Replays recorded runs of BuildKit's cache manager against the core on a local store: `npm run -s replay -- FOLDER`.
 * Standard output is that of the program alone; installing, where it is needed, speaks on standard error.
 */
await installRoot();
const { buildBundles } = await import('./support/bundles.mjs');
await buildBundles({ names: ['replay'] });
// npm runs scripts in the project's folder; a relative path was meant from where the command was given.
const cwd = process.env.npm_lifecycle_event === 'replay' ? process.env.INIT_CWD : undefined;
const bundle = join(distFolder, 'replay.js');
const { status } = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { cwd, stdio: 'inherit' });
process.exitCode = status ?? 1;
