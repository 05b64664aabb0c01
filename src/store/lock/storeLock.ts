import { join } from 'node:path';
import { writeFully, type Files, type OpenFile } from '../files';
import { StoreError } from '../storeError';
import {
  beatDigits,
  createLock,
  fileClock,
  formatLock,
  readLock,
  replaceLock,
  type LockHolder,
} from './lockFile';
import { isRunning, ownIdentity, type ProcessIdentity } from './processIdentity';

export interface LockTimes {
  /** How often a holder shows that it lives, milliseconds. */
  readonly beatMs: number;
  /** A holder on another machine that has not shown itself for so long counts as dead. */
  readonly staleMs: number;
}

const defaultTimes: LockTimes = { beatMs: 5_000, staleMs: 60_000 };

export type Acquired =
  | { readonly lock: StoreLock }
  /** `holder` says who has it, for a person. */
  | { readonly lock?: undefined; readonly heldBy: string };

/**
 * The right to write a store, as a file `lock` in its folder that says who has it. Holders on this machine are asked for by process id
 * and start; holders elsewhere by how long ago they last wrote their file, measured by the file server's clock alone.
 *
 * A dead holder's lock is never removed, only replaced, and only by the one process that managed to create the claim
 * file named after it; a claim whose maker died is claimed in the same way. So at no time is there no lock, and never can two
 * replace the same one. Whoever takes over begins a new journal file: a holder that was only asleep then writes into a file that nobody reads.
 */
export class StoreLock {
  private timer: NodeJS.Timeout | undefined;
  private beats = 0;
  private lastProof: Proof = proofNow();
  private lost = false;
  private released = false;
  /** Told once when somebody else has the lock. */
  onLost: (() => void) | undefined;

  /** @throws StoreError when the folder cannot be written */
  static async acquire(files: Files, folder: string, times: LockTimes = defaultTimes): Promise<Acquired> {
    const own = ownIdentity();
    const path = join(folder, 'lock');
    // Each round somebody else made progress: released, or took over.
    for (let round = 0; round < 20; round++) {
      if (await createLock(files, path, own))
        return { lock: await StoreLock.hold(files, path, own, times, false) };
      const present = await readLock(files, path);
      if (present === undefined) continue;
      if (!(await isStale(files, folder, present, own, times))) return { heldBy: describe(present.holder) };
      const outcome = await takeOver(files, folder, path, present, own, times);
      if (outcome === 'taken') return { lock: await StoreLock.hold(files, path, own, times, true) };
      if (outcome === 'busy') return { heldBy: 'a process that is just taking it over' };
    }
    return { heldBy: 'processes that keep taking it from each other' };
  }

  private static async hold(
    files: Files,
    path: string,
    own: ProcessIdentity,
    times: LockTimes,
    takenOver: boolean,
  ): Promise<StoreLock> {
    try {
      return new StoreLock(files, path, own, times, await files.open(path, 'r+'), takenOver);
    } catch (error) {
      // While this process lives nobody would take the lock for a dead one's.
      await files.remove(path);
      throw error;
    }
  }

  private constructor(
    private readonly files: Files,
    private readonly path: string,
    private readonly own: ProcessIdentity,
    private readonly times: LockTimes,
    private readonly file: OpenFile,
    /** The last holder died without giving it back. */
    readonly takenOver: boolean,
  ) {
    this.timer = setInterval(() => void this.beat(), times.beatMs).unref();
  }

  /** Makes sure, before something is written, that the lock is still ours. @throws StoreError `locked` */
  async require(): Promise<void> {
    if (!this.lost && sinceProof(this.lastProof) > this.times.staleMs / 4) await this.check();
    if (this.lost) throw new StoreError('locked', 'Another process has taken over this store');
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    clearInterval(this.timer);
    await this.file.close();
    const present = await readLock(this.files, this.path);
    if (present?.holder?.nonce === this.own.nonce) await this.files.unlink(this.path);
  }

  private async beat(): Promise<void> {
    try {
      const text = String(++this.beats % 10 ** beatDigits).padStart(beatDigits, '0');
      const position = formatLock(this.own).length - beatDigits - 1;
      await writeFully(this.file, Buffer.from(text), position);
      await this.check();
    } catch {
      // Without proof `require` looks for itself, and fails there if it must.
    }
  }

  private async check(): Promise<void> {
    const before = proofNow();
    const present = await readLock(this.files, this.path);
    if (this.released) return;
    if (present?.holder?.nonce === this.own.nonce) {
      this.lastProof = before;
      return;
    }
    if (this.lost) return;
    this.lost = true;
    clearInterval(this.timer);
    this.onLost?.();
  }
}

/** One moment by both clocks: one stands still while the machine sleeps, the other may be set. */
interface Proof {
  readonly wall: number;
  readonly monotonic: number;
}

function proofNow(): Proof {
  return { wall: Date.now(), monotonic: performance.now() };
}

function sinceProof({ wall, monotonic }: Proof): number {
  return Math.max(Math.abs(Date.now() - wall), performance.now() - monotonic);
}

async function isStale(
  files: Files,
  folder: string,
  { holder, writtenAt }: LockHolder,
  own: ProcessIdentity,
  { staleMs }: LockTimes,
): Promise<boolean> {
  const running = holder === undefined ? undefined : isRunning(holder, own);
  if (running !== undefined) return !running;
  return (await fileClock(files, folder, own.nonce)) - writtenAt > staleMs;
}

/** `taken`: the lock is ours. `busy`: another is at it. `changed`: the lock is no longer the one that was stale. */
async function takeOver(
  files: Files,
  folder: string,
  path: string,
  stale: LockHolder,
  own: ProcessIdentity,
  times: LockTimes,
): Promise<'taken' | 'busy' | 'changed'> {
  const claims: string[] = [];
  let name = claimName(stale);
  for (;;) {
    const claim = join(folder, name);
    claims.push(claim);
    if (await createLock(files, claim, own)) break;
    const present = await readLock(files, claim);
    if (present === undefined) return 'changed';
    if (!(await isStale(files, folder, present, own, times))) return 'busy';
    name = claimName(present);
  }
  const [last] = claims.slice(-1);
  const present = await readLock(files, path);
  if (present === undefined || claimName(present) !== claimName(stale)) {
    await files.unlink(last);
    return 'changed';
  }
  await replaceLock(files, path, own);
  for (const claim of claims) await files.remove(claim);
  return 'taken';
}

/** The claim on a lock that cannot be read is named by when it was written. */
function claimName({ holder, writtenAt }: LockHolder): string {
  return `lock.takeover-${holder?.nonce ?? `at-${Math.floor(writtenAt)}`}`;
}

function describe(holder: ProcessIdentity | undefined): string {
  return holder === undefined ? 'a process that cannot be told' : `process ${holder.pid} on ${holder.host}`;
}
