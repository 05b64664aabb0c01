import type { CoreStore } from '../../core/core';
import { CacheManager } from '../../core/manager';
import type { Timestamp } from '../../store/clock';
import { applyDelta } from './applyDelta';
import { firstDifference, firstStateDifference } from './compareState';
import { liveState, visibleIds } from './liveState';
import { logicalApplier, logicalSnapshots, SnapshotLog } from './logicalSnapshots';
import { Names } from './names';
import { answerOf, type ReplayContext, runOperation } from './operations';
import { changedState, type Trace, type TraceOperation, type TraceState } from './trace';

/** Opens the same store again and again; `close` shuts it each time. */
export interface ReplayStore {
  open(clock: { now(): Timestamp }): Promise<CoreStore & { close(): Promise<void> }>;
}

/** How long an operation may take before it counts as hanging, milliseconds. */
const patienceMs = 20_000;

/**
 * Runs a trace against the core and compares what it answers, and the whole state, after each line.
 * @returns the first difference; undefined when there is none
 */
export async function replayTrace(trace: Trace, replayStore: ReplayStore): Promise<string | undefined> {
  const replay = new Replay(trace, replayStore);
  await replay.open();
  try {
    for (const operation of trace.operations) {
      const difference = await replay.step(operation);
      if (difference !== undefined) return `line ${operation.i} (${operation.op}): ${difference}`;
    }
    return undefined;
  } finally {
    await replay.close();
  }
}

class Replay {
  private readonly names = new Names();
  private readonly log = new SnapshotLog();
  private now: number;
  private state: TraceState = {};
  private store: Awaited<ReturnType<ReplayStore['open']>> | undefined;
  private context: ReplayContext | undefined;
  private references = { ids: new Set<string>(), chains: new Set<string>() };

  constructor(
    private readonly trace: Trace,
    private readonly replayStore: ReplayStore,
  ) {
    this.now = trace.t0;
  }

  async open(): Promise<void> {
    const clock = { now: () => ({ ms: this.now, nanos: 0 }) };
    this.store = await this.replayStore.open(clock);
    const snapshots = logicalSnapshots(this.store.snapshots, this.log);
    const store: CoreStore = {
      database: this.store.database,
      metadata: this.store.metadata,
      content: this.store.content,
      leases: this.store.leases,
      snapshots,
      applier: logicalApplier(snapshots, this.log, this.trace),
      collect: this.store.collect.bind(this.store),
    };
    const manager = await CacheManager.open(store, {
      compat: 'buildkit',
      clock,
      newId: this.names.newId,
      externalReferences: this.trace.checker ? () => this.checker() : undefined,
    });
    this.context = {
      manager,
      store,
      handles: new Map(),
      names: this.names,
      log: this.log,
      trace: this.trace,
    };
  }

  async close(): Promise<void> {
    await this.context?.manager.close();
    await this.store?.close();
    this.context = undefined;
    this.store = undefined;
  }

  async step(operation: TraceOperation): Promise<string | undefined> {
    this.now = operation.t;
    this.state = changedState(this.state, operation.delta);
    if ('crashed' in operation.result || operation.op === 'tamper') return this.impose(operation);
    switch (operation.op) {
      case 'close':
        await this.close();
        return undefined;
      case 'open':
        if (this.context !== undefined) await this.close();
        await this.open();
        return this.compareState(operation, false);
      case 'setExternalRefs':
        this.setReferences(operation);
        return undefined;
      default:
        return this.run(operation);
    }
  }

  private async run(operation: TraceOperation): Promise<string | undefined> {
    const { context } = this;
    if (context === undefined) return 'the store is closed';
    this.log.merges = [];
    const answer = await withPatience(answerOf(() => runOperation(context, operation)));
    if (answer === undefined) return `no answer within ${patienceMs / 1000} s`;
    // What ended in a panic or a deadlock upstream only has to end here.
    if ('panic' in operation.result || 'hang' in operation.result) return undefined;
    const refName = operation.result.ref;
    if (
      typeof refName === 'string' &&
      typeof answer.ref === 'string' &&
      !this.names.link(answer.ref, refName)
    ) {
      return `returned ${this.names.toTrace(answer.ref)} where ${refName} was expected`;
    }
    const unnamed = this.nameNewIds(operation, context);
    if (unnamed !== undefined) return unnamed;
    const shown = JSON.parse(this.names.toTrace(JSON.stringify(answer))) as Record<string, unknown>;
    const difference = firstDifference(expectedAnswer(operation), shown);
    if (difference !== undefined) return `answer${difference}`;
    const collected = operation.op === 'gc' || (operation.op === 'prune' && !('error' in operation.result));
    return this.compareState(operation, collected) ?? this.compareMerges(operation);
  }

  /** Puts the stores where the trace says they are. A stop takes the manager with it; the next line opens again. */
  private async impose(operation: TraceOperation): Promise<string | undefined> {
    const { context } = this;
    if (context === undefined) return 'the store is closed';
    await applyDelta(context.store, operation.delta, this.state, this.log, this.names);
    if ('crashed' in operation.result) await this.close();
    return undefined;
  }

  /** New ids of the trace and of the replay go together in the order in which they were made. */
  private nameNewIds(operation: TraceOperation, context: ReplayContext): string | undefined {
    const mentioned = Object.values(operation.delta).flatMap((section) => Object.keys(section));
    const fresh = [...new Set(mentioned.join(' ').match(/\br\d+\b/g) ?? [])].filter(
      (name) => !this.names.isKnown(name),
    );
    fresh.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
    const made = this.names.unnamed(visibleIds(context.manager, context.store));
    if (fresh.length !== made.length) {
      return `made ${made.length} new ids where ${fresh.length} were expected (${fresh.join(', ')})`;
    }
    fresh.forEach((name, i) => this.names.link(made[i], name));
    return undefined;
  }

  private compareState(operation: TraceOperation, collected: boolean): string | undefined {
    const { context } = this;
    if (context === undefined) return undefined;
    const unnamed = this.nameNewIds(operation, context);
    const actual = liveState(context.manager, context.store, this.log, this.names);
    return unnamed ?? firstStateDifference(this.state, actual, collected);
  }

  private compareMerges(operation: TraceOperation): string | undefined {
    const expected = operation.calls.filter((call) => call.startsWith('merge '));
    const actual = this.log.merges.map((call) => this.names.toTrace(call)).sort();
    const difference = firstDifference(expected, actual);
    return difference && `calls${difference}`;
  }

  private setReferences({ args }: TraceOperation): void {
    // The format's own shapes.
    const { ids = [], chains = [] } = args as { ids?: string[]; chains?: string[][] };
    this.references = {
      ids: new Set(ids),
      chains: new Set(chains.map((chain) => chain.map((blob) => this.trace.blobs[blob].digest).join(','))),
    };
  }

  private checker() {
    const { ids, chains } = this.references;
    return {
      isReferenced: (id: string, digests: () => readonly string[]) => {
        if (ids.has(this.names.toTrace(id))) return true;
        const chain = chains.size === 0 ? '' : digests().join(',');
        return chain !== '' && chains.has(chain);
      },
    };
  }
}

/** Parts of an answer that are only there to debug with, or name handles. */
const guides = new Set(['handle', 'checkerCalls']);

/** The answer of a trace as far as it is compared. */
function expectedAnswer({ op, result }: TraceOperation): Record<string, unknown> {
  const { error, gcSteps, rounds, ...told } = result;
  const rest = Object.fromEntries(Object.entries(told).filter(([key]) => !guides.has(key)));
  // An error of a trace has a class and, for lazy blobs, digests.
  const { class: kind, digests } = (error ?? {}) as { class?: string; digests?: string[] };
  if (kind !== undefined) return { error: { class: kind, ...(digests && { digests }) } };
  if (op !== 'prune') return rest;
  return { ...rest, rounds: rounds ?? [], gcSteps: gcSteps ?? [] };
}

async function withPatience<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
