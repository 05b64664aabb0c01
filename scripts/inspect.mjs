import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { distFolder, root } from './support/paths.mjs';

/**
 * Reads a cache and prints it as JSON: `npm run -s inspect -- records PATH`.
 * Standard output is that of the program alone; installing, where it is needed, speaks on standard error.
 */
await installRoot();
const bundle = join(distFolder, 'inspect.js');
if (isStale()) {
  const { buildBundles } = await import('./support/bundles.mjs');
  await buildBundles({ names: ['inspect'] });
}
// npm runs scripts in the project's folder; a relative path was meant from where the command was given.
const cwd = process.env.npm_lifecycle_event === 'inspect' ? process.env.INIT_CWD : undefined;
const { status } = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { cwd, stdio: 'inherit' });
process.exitCode = status ?? 1;

/** Whether a source is newer than the bundle. */
function isStale() {
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.some((path) => statSync(join(root, 'src', path)).mtimeMs >= built);
}
