import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostTimeoutMs, prepareHostRun } from './hostRun.mjs';
import { startProcess, stopProcess } from './processes.mjs';
import { removeFolder, temporaryFolder } from './temporary.mjs';

/**
 * Why no window can be shown here; nothing when one can.
 * @returns {string | undefined}
 */
function noDisplay() {
  if (process.platform !== 'linux') return undefined;
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY
    ? undefined
    : 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
}

/**
 * The `code` command of a desktop VS Code of this machine. The command of the same name that a remote window or
 * WSL puts on the path only talks to a window elsewhere; it does not count.
 * @returns {string | undefined}
 */
export function desktopCommand() {
  if (noDisplay() !== undefined) return undefined;
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const usual = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
  return [...onPath, usual].find((path) => existsSync(path) && !isRemote(path));
}

/** @param {string} command */
function isRemote(command) {
  const path = realpathSync(command).replaceAll('\\', '/');
  return /\/remote-cli\/|\/\.vscode-(server|remote)|^\/mnt\/[a-z]\//.test(path);
}

/**
 * The program that a `code` command starts.
 * @param {string} command
 * @returns {string | undefined}
 */
function programOf(command) {
  const bin = dirname(realpathSync(command));
  return [
    join(bin, '..', 'code'),
    join(bin, '..', 'Code.exe'),
    join(bin, '..', '..', '..', 'MacOS', 'Code'),
    join(bin, '..', '..', '..', 'MacOS', 'Electron'),
    '/snap/code/current/usr/share/code/code',
  ].find((path) => existsSync(path));
}

/** @typedef {{ program: string } | { download: true } | { missing: string }} Desktop */

/**
 * A desktop VS Code to test in: the program that `BCI_VSCODE_PATH` names, the installed one, one that can be
 * downloaded, or the reason why there is none.
 * @returns {Promise<Desktop>}
 */
export async function findDesktop() {
  const wish = process.env.BCI_VSCODE_PATH;
  if (wish)
    return existsSync(wish)
      ? { program: wish }
      : { missing: `BCI_VSCODE_PATH names ${wish}, which is not there` };
  const reason = noDisplay();
  if (reason !== undefined) return { missing: reason };
  const command = desktopCommand();
  const program = command === undefined ? undefined : programOf(command);
  if (program !== undefined) return { program };
  const host = 'update.code.visualstudio.com';
  const reachable = await fetch(`https://${host}/api/releases/stable`, {
    signal: AbortSignal.timeout(5000),
  }).then(
    (response) => response.ok,
    () => false,
  );
  return reachable
    ? { download: true }
    : { missing: `VS Code is not installed and ${host} cannot be reached` };
}

/**
 * Runs the compiled host suite in a desktop VS Code.
 * @param {{ program: string } | { download: true }} desktop
 * @returns {Promise<import('./hostRun.mjs').HostReport>}
 */
export async function runHostSuiteOnDesktop(desktop) {
  const runFolder = temporaryFolder('desktop');
  const run = prepareHostRun(runFolder);
  const runner = fileURLToPath(new URL('desktopRunner.mjs', import.meta.url));
  const args = [runner, runFolder, run.workspace, ...('program' in desktop ? [desktop.program] : [])];
  // A process of its own, because it starts the editor, and a group can be ended as a whole.
  const child = startProcess(process.execPath, args, {
    env: { ...process.env, ...run.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exitCode = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), hostTimeoutMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
  await stopProcess(child);
  const report = run.judge(exitCode);
  removeFolder(runFolder);
  return report;
}
