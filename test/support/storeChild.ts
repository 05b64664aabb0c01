import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';

const project = resolve(import.meta.dirname, '../..');
let bundle: string | undefined;

/** The program of `storeChildProgram.ts` as one file that Node can run. */
function program(): string {
  if (bundle !== undefined) return bundle;
  // Inside the project, so that what is not bundled is found.
  const folder = join(project, 'out/store-tests');
  mkdirSync(folder, { recursive: true });
  bundle = join(folder, `child-${process.pid}.cjs`);
  buildSync({
    entryPoints: [join(project, 'test/support/storeChildProgram.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sql.js', 'tar-stream'],
    outfile: bundle,
    logLevel: 'error',
  });
  return bundle;
}

/** Another process that works on a store. */
export class StoreChild {
  /** What it has said so far, line by line. */
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  private readonly process: ChildProcess;
  private readonly listeners = new Set<() => void>();

  constructor(...args: string[]) {
    this.process = spawn(process.execPath, [program(), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.process;
    if (stdout === null) throw new Error('The child has no output');
    const reader = createInterface({ input: stdout });
    reader.on('line', (line) => {
      this.lines.push(line);
      for (const listener of this.listeners) listener();
    });
    this.ended = new Promise((done) => this.process.on('close', (code) => done(code)));
  }

  /** Resolves when it has said a line that fits, or has ended. */
  async said(fits: (line: string) => boolean): Promise<string | undefined> {
    const found = () => this.lines.find(fits);
    const told = new Promise<void>((done) => {
      const look = () => {
        if (found() !== undefined) done();
      };
      this.listeners.add(look);
      look();
    });
    await Promise.race([told, this.ended]);
    return found();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal);
  }

  end(): void {
    this.process.stdin?.end();
  }
}
