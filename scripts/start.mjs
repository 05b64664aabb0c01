import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { root } from './support/paths.mjs';
import { removeFolder, temporaryFolder } from './support/temporary.mjs';

/**
 * Opens VS Code with the extension and the bundled sample cache: a desktop VS Code where there is one, else a VS Code
 * server from npm on 127.0.0.1 (on the port BCI_PORT, or a free one). Nothing of the user's own VS Code is touched.
 */
await installRoot();
const { desktopCommand } = await import('./support/desktop.mjs');
const command = desktopCommand();
await (command === undefined ? startInBrowser() : startOnDesktop(command));

/** @param {string} command */
async function startOnDesktop(command) {
  const { buildBundles } = await import('./support/bundles.mjs');
  const { runProcess } = await import('./support/processes.mjs');
  await buildBundles();
  const runFolder = temporaryFolder('start');
  console.log(`Opening ${command}; this ends when its window is closed.`);
  const args = [
    '--wait',
    '--new-window',
    '--disable-workspace-trust',
    ...['--user-data-dir', join(runFolder, 'user')],
    ...['--extensions-dir', join(runFolder, 'extensions')],
    `--extensionDevelopmentPath=${root}`,
    demoWorkspace(runFolder),
  ];
  const { code } = await runProcess(command, args);
  removeFolder(runFolder);
  process.exit(code);
}

async function startInBrowser() {
  const { packageExtension } = await import('./support/vsix.mjs');
  const { installExtension, installServer, startServer } = await import('./support/vscodeServer.mjs');
  const installed = await installServer('newest');
  const runFolder = temporaryFolder('start');
  const vsix = join(runFolder, 'extension.vsix');
  await packageExtension(vsix);
  await installExtension(installed, runFolder, vsix);
  const port = process.env.BCI_PORT ? Number(process.env.BCI_PORT) : undefined;
  const server = await startServer(installed, { runFolder, port });
  const address = `${server.origin}/?folder=${encodeURIComponent(demoWorkspace(runFolder))}`;
  console.log(
    `\nVS Code ${installed.version} with the sample cache open:\n\n  ${address}\n\nCtrl+C stops it.`,
  );
  openBrowser(address);
  await server.ended;
  console.error(`The VS Code server has ended.\n${server.log().slice(-2000)}`);
  process.exit(1);
}

/**
 * Writes a workspace whose setting asks for the sample.
 * @param {string} runFolder
 */
function demoWorkspace(runFolder) {
  const folder = join(runFolder, 'demo');
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  const settings = { 'buildCacheInspector.openSampleOnStart': true };
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
  return folder;
}

/**
 * Opens the address in the user's browser. Where there is none the printed address is enough.
 * @param {string} address
 */
function openBrowser(address) {
  const hasDisplay = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (process.env.CI || (process.platform === 'linux' && !hasDisplay)) return;
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const openers = { darwin: ['open', []], win32: ['cmd.exe', ['/d', '/c', 'start', '']] };
  const [program, args] = openers[process.platform] ?? ['xdg-open', []];
  const child = spawn(program, [...args, address], { detached: true, stdio: 'ignore' });
  child.on('error', () => console.log('No browser could be opened; open the address above yourself.'));
  child.unref();
}
