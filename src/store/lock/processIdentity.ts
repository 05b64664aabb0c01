import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process, on which start of which machine. */
export interface ProcessIdentity {
  /** Unlike any other, ever. */
  readonly nonce: string;
  readonly host: string;
  /** Changes when the machine starts; absent where the system does not tell. */
  readonly boot?: string;
  /** Process ids mean the same only within one of these. */
  readonly pidNamespace?: string;
  readonly pid: number;
  /** When the process began, in the system's own measure: a pid can be given again. */
  readonly started?: string;
}

export function ownIdentity(): ProcessIdentity {
  const boot = read('/proc/sys/kernel/random/boot_id');
  const pidNamespace = readLink('/proc/self/ns/pid');
  const started = startOf(process.pid);
  return {
    nonce: randomUUID(),
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
    pid: process.pid,
    ...(started === undefined ? {} : { started }),
  };
}

/** Whether the process still runs; undefined when that cannot be told from here. */
export function isRunning(other: ProcessIdentity, own: ProcessIdentity): boolean | undefined {
  if (other.host !== own.host || other.boot !== own.boot || other.pidNamespace !== own.pidNamespace) {
    return undefined;
  }
  if (!exists(other.pid)) return false;
  if (other.started === undefined) return undefined;
  return startOf(other.pid) === other.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux: clock ticks from the machine's start to the process's. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields.at(0), fields.at(19)];
  return state === 'Z' ? 'ended' : start;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
