import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { pieceFolder } from './install.mjs';
import { distFolder, outFolder, root } from './paths.mjs';

/**
 * @typedef {object} Bundle
 * @property {string} entry relative to the project
 * @property {import('esbuild').BuildOptions} options
 */

/** @type {import('esbuild').BuildOptions} */
const forNode = { platform: 'node', format: 'cjs', target: 'node20' };

/** @type {import('esbuild').BuildOptions} */
const forPage = { platform: 'browser', format: 'iife', target: 'chrome122' };

/** @type {Record<string, Bundle>} */
const bundles = {
  extension: { entry: 'src/extension.ts', options: { ...forNode, external: ['vscode'] } },
  page: { entry: 'src/webview/page.ts', options: forPage },
  layoutWorker: { entry: 'src/webview/layoutWorker.ts', options: forPage },
  inspect: { entry: 'src/headless/inspect.ts', options: forNode },
};

/** The bundles a packaged extension runs; the others are for a terminal. */
export const packagedBundles = ['extension', 'layoutWorker', 'page'];

/**
 * Writes bundles to `dist/`.
 * @param {object} [options]
 * @param {boolean} [options.production] small and without source maps
 * @param {readonly string[]} [options.names] all when not given
 * @returns {Promise<{ name: string, bytes: number }[]>}
 * @throws when an entry is missing or does not compile
 */
export async function buildBundles({ production = false, names = Object.keys(bundles) } = {}) {
  return Promise.all(
    names.map(async (name) => {
      const bundle = bundles[name];
      if (bundle === undefined) throw new Error(`there is no bundle named ${name}`);
      const outfile = join(distFolder, `${name}.js`);
      await build({
        ...bundle.options,
        absWorkingDir: root,
        entryPoints: [bundle.entry],
        outfile,
        bundle: true,
        minify: production,
        sourcemap: !production,
        logLevel: 'warning',
        legalComments: 'none',
      });
      return { name, bytes: statSync(outfile).size };
    }),
  );
}

/** The host suite's folders: what is written, and what of it runs. */
export const hostSuite = { source: join(root, 'test', 'host'), compiled: join(outFolder, 'host') };

/** @returns {string[]} the names of the suite's files, without ending, in order */
export function hostSuiteFiles() {
  return readdirSync(hostSuite.source)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

/** Compiles the suite that runs inside an extension host. Mocha is not bundled: it is loaded from where it is installed. */
export async function buildHostSuite() {
  const mocha = join(pieceFolder('driver'), 'node_modules', 'mocha');
  const entries = ['index', ...hostSuiteFiles()].map((name) => join(hostSuite.source, `${name}.ts`));
  await build({
    ...forNode,
    absWorkingDir: root,
    entryPoints: entries.map((entry) => relative(root, entry)),
    outdir: hostSuite.compiled,
    bundle: true,
    external: ['vscode', mocha],
    alias: { mocha },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
