import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
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

/**
 * The store's code stays out of what is loaded at activation: it is a bundle of its own, loaded when it is first imported.
 * @type {import('esbuild').Plugin}
 */
const localStoresApart = {
  name: 'local-stores-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/localStores$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './localStores.js', external: true } : undefined,
    );
  },
};

/** @type {Record<string, Bundle>} */
const bundles = {
  extension: {
    entry: 'src/extension.ts',
    options: {
      ...forNode,
      external: ['vscode'],
      plugins: [localStoresApart],
      // Imported bundles are CommonJS too, and lie beside.
      supported: { 'dynamic-import': false },
    },
  },
  localStores: { entry: 'src/sources/local/localStores.ts', options: forNode },
  page: { entry: 'src/webview/page.ts', options: forPage },
  layoutWorker: { entry: 'src/webview/layoutWorker.ts', options: forPage },
  inspect: { entry: 'src/headless/inspect.ts', options: { ...forNode, external: ['sql.js'] } },
  // In a terminal sql.js finds its WebAssembly beside itself, in its own package.
  replay: { entry: 'src/headless/replay.ts', options: { ...forNode, external: ['sql.js'] } },
};

/** The bundles a packaged extension runs; the others are for a terminal. */
export const packagedBundles = ['extension', 'layoutWorker', 'localStores', 'page'];

/** SQLite for local stores; sql.js looks for it beside the bundle that it is in. */
const sqliteWasm = 'sql-wasm.wasm';

/**
 * Writes bundles to `dist/`, with SQLite where one needs it.
 * @param {object} [options]
 * @param {boolean} [options.production] small and without source maps
 * @param {readonly string[]} [options.names] all when not given
 * @returns {Promise<{ name: string, bytes: number }[]>}
 * @throws when an entry is missing or does not compile
 */
export async function buildBundles({ production = false, names = Object.keys(bundles) } = {}) {
  if (names.includes('localStores')) {
    const source = join(root, 'node_modules', 'sql.js', 'dist', sqliteWasm);
    replaceFile(join(distFolder, sqliteWasm), readFileSync(source));
  }
  return Promise.all(
    names.map(async (name) => {
      const bundle = bundles[name];
      if (bundle === undefined) throw new Error(`there is no bundle named ${name}`);
      const outfile = join(distFolder, `${name}.js`);
      const { outputFiles } = await build({
        ...bundle.options,
        absWorkingDir: root,
        entryPoints: [bundle.entry],
        outfile,
        write: false,
        bundle: true,
        minify: production,
        sourcemap: !production,
        logLevel: 'warning',
        legalComments: 'none',
      });
      for (const { path, contents } of outputFiles) replaceFile(path, contents);
      return { name, bytes: statSync(outfile).size };
    }),
  );
}

/**
 * Writes a file so that who reads it meanwhile gets the old or the new one, never a part.
 * @param {string} path
 * @param {Uint8Array} contents
 */
function replaceFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, path);
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

/**
 * Compiles one benchmark to a program that runs it.
 * @param {string} name
 * @param {string} figures where the program writes what it measured
 * @returns {Promise<string>} the program
 */
export async function buildBench(name, figures) {
  const outfile = join(outFolder, 'bench', `${name}.mjs`);
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `import * as bench from './${name}.bench.ts';
        import { runBench } from './support/bench.ts';
        await runBench(bench, ${JSON.stringify(figures)});`,
      resolveDir: join(root, 'test', 'bench'),
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [scriptsStayOutside],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * The scripts know the project's folder by where they lie, so a benchmark that uses them loads them from there.
 * @type {import('esbuild').Plugin}
 */
const scriptsStayOutside = {
  name: 'scripts-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /scripts\/support\/\w+\.mjs$/ }, ({ path, resolveDir }) => ({
      path: pathToFileURL(join(resolveDir, path)).href,
      external: true,
    }));
  },
};
