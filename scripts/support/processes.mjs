import { spawn, spawnSync } from 'node:child_process';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/**
 * Every process started here leads a group of its own (POSIX), so that all it started can be ended with it.
 * Ctrl+C then no longer reaches it by itself: the handlers below end every group that still runs.
 * @type {Set<ChildProcess>}
 */
const running = new Set();

let watching = false;

function watchForOurOwnEnd() {
  if (watching) return;
  watching = true;
  process.on('exit', () => running.forEach((child) => signalGroup(child, 'SIGKILL')));
  /** @type {[NodeJS.Signals, number][]} */
  const endings = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ];
  for (const [signal, code] of endings) {
    process.on(signal, () => {
      running.forEach((child) => signalGroup(child, 'SIGTERM'));
      process.exit(code);
    });
  }
}

/**
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has already ended.
  }
}

/**
 * Starts a process that ends, with all it started, when this one does.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {ChildProcess}
 */
export function startProcess(command, args, options = {}) {
  watchForOurOwnEnd();
  const child = isBatchFile(command)
    ? spawn([command, ...args].map((word) => `"${word}"`).join(' '), { ...options, shell: true })
    : spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * On Windows some commands are batch files, which only a shell can start.
 * @param {string} command
 */
function isBatchFile(command) {
  return process.platform === 'win32' && command.endsWith('.cmd');
}

/**
 * Ends a process and all it started: asked first, forced after `patienceMs`.
 * @param {ChildProcess} child
 * @param {number} [patienceMs]
 */
export async function stopProcess(child, patienceMs = 3000) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  }
  if (process.platform !== 'win32') signalGroup(child, 'SIGKILL');
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env] the whole environment; ours when not given
 * @param {'inherit' | 'stderr' | 'capture'} [options.output] where its output goes: as ours, all to standard
 * error, or nowhere but into the result
 * @returns {Promise<{ code: number, output: string }>} the exit code (1 when a signal ended it) and, with
 * `capture`, both output streams as one text
 */
export function runProcess(command, args, { cwd, env, output = 'inherit' } = {}) {
  const target = output === 'capture' ? 'pipe' : output === 'stderr' ? 2 : 'inherit';
  return new Promise((resolve, reject) => {
    const child = startProcess(command, args, { cwd, env, stdio: ['ignore', target, target] });
    let text = '';
    const collect = (/** @type {Buffer} */ chunk) => (text += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: text }));
  });
}
