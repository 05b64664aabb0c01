import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { piecesFolder, root } from './paths.mjs';
import { runProcess } from './processes.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {Record<string, string>} [engines]
 */

/**
 * The packages of a lock file by their folder.
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function lockedPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Whether `node_modules` holds what the folder's lock file says. npm notes what it installed, as the last thing it does.
 * @param {string} folder
 */
export function matchesLock(folder) {
  const note = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = lockedPackages(note);
  return Object.entries(lockedPackages(join(folder, 'package-lock.json'))).every(([path, wanted]) => {
    const found = installed[path];
    if (path === '') return true;
    if (found === undefined) return Boolean(wanted.optional ?? wanted.devOptional);
    return found.version === wanted.version && existsSync(join(folder, path));
  });
}

/**
 * Runs npm; what it says goes to standard error, and only errors are said.
 * @param {string} folder
 * @param {readonly string[]} args
 */
async function npm(folder, args) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const { code } = await runNpm(folder, [...args, ...quiet], 'stderr');
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder} (exit code ${code})`);
}

/**
 * Runs npm itself, by the npm that runs us if there is one.
 * @param {string} cwd
 * @param {readonly string[]} args
 * @param {'inherit' | 'stderr'} output
 */
export function runNpm(cwd, args, output) {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) {
    return runProcess(process.execPath, [running, ...args], { cwd, output });
  }
  return runProcess(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd, output });
}

/**
 * Says on standard error what is being waited for.
 * @param {string} line
 */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Installs the project's own packages if they are missing or are not those of the lock file. No install script is run:
 * the packages that have one use it for publishing, or download what npm does not carry.
 */
export async function installRoot() {
  if (matchesLock(root)) return;
  say('Installing the packages of the project ...');
  await npm(root, ['ci', '--include=dev', '--ignore-scripts']);
}

/** The folder of one piece of `scripts/vscode`.
 * @param {Piece} piece
 */
export function pieceFolder(piece) {
  return join(piecesFolder, piece);
}

/** @typedef {'newest' | 'oldest' | 'driver' | 'browser'} Piece */

/**
 * Installs one piece of `scripts/vscode` if it is missing. No install script is run: none is needed, and some want a compiler.
 * @param {Piece} piece
 * @param {object} [options]
 * @param {boolean} [options.withOptional] whether its optional packages (a Node of its own) are wanted
 * @param {string} [options.needed] a file that must be there afterwards
 */
export async function installPiece(piece, { withOptional = false, needed } = {}) {
  const folder = pieceFolder(piece);
  const isThere = () => needed === undefined || existsSync(needed);
  if (matchesLock(folder) && isThere()) return;
  say(`Installing scripts/vscode/${piece} ...`);
  await npm(folder, ['ci', '--ignore-scripts', ...(withOptional ? [] : ['--omit=optional'])]);
  if (!isThere()) throw new Error(`${needed} is still missing after npm ci in ${folder}`);
}

/**
 * Installs what a package carries as a package of its own inside it (VS Code inside code-server), for which npm has no step.
 * Its shrinkwrap and its package.json disagree on one package, which `npm ci` refuses and `npm install` does not.
 * @param {string} folder
 */
export async function installInner(folder) {
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return;
  say(`Installing the packages of ${folder} ...`);
  await npm(folder, ['install', '--omit=dev', '--omit=optional', '--ignore-scripts']);
}

/**
 * What a piece's lock file says of one of its packages.
 * @param {Piece} piece
 * @param {string} name
 * @returns {LockedPackage}
 */
export function lockedPackage(piece, name) {
  const found = lockedPackages(join(pieceFolder(piece), 'package-lock.json'))[`node_modules/${name}`];
  if (found === undefined) throw new Error(`scripts/vscode/${piece} does not lock ${name}`);
  return found;
}
