import * as vscode from 'vscode';
import { pickGrouping, pickSorting, type Arrangement } from './arrangement';
import type { CachesTree } from './cachesTree';
import type { OpenCommands } from './openCommands';
import type { RecordCommands } from './recordCommands';
import type { StoreCommands } from './storeCommands';

export interface CommandParts {
  readonly openCommands: OpenCommands;
  readonly storeCommands: StoreCommands;
  readonly recordCommands: RecordCommands;
  readonly arrangement: Arrangement;
  readonly tree: CachesTree;
  readonly log: vscode.LogOutputChannel;
}

/** Registers every command; `follow` and `showMore` are for rows only and not in the manifest. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { openCommands, storeCommands, recordCommands, arrangement, tree, log } = parts;
  const commands: Readonly<Record<string, (...given: unknown[]) => unknown>> = {
    openRoot: (argument) => openCommands.openRoot(argument),
    openFolder: (argument) => openCommands.openRoot(argument),
    openSample: () => openCommands.openSample(),
    createStore: (argument) => storeCommands.create(argument),
    openStore: (argument) => storeCommands.openStore(argument),
    openSampleStore: (argument) => storeCommands.openSample(argument),
    importIntoStore: (argument, target) => storeCommands.importInto(argument, target),
    close: (argument) => openCommands.close(argument),
    refresh: (argument) => openCommands.refresh(argument),
    cancel: (argument) => openCommands.cancel(argument),
    findRecord: () => recordCommands.find(),
    showGraph: (argument) => recordCommands.showGraph(argument),
    revealInGraph: (argument) => recordCommands.revealInGraph(argument),
    revealInTree: (argument) => recordCommands.revealInTree(argument),
    copyId: (argument) => recordCommands.copyId(argument),
    copyDigest: (argument) => recordCommands.copyDigest(argument),
    openJson: (argument) => recordCommands.openJson(argument),
    showUsage: (argument) => recordCommands.showUsage(argument),
    showLog: () => log.show(),
    groupBy: (argument) => pickGrouping(arrangement, argument),
    sortBy: (argument) => pickSorting(arrangement, argument),
    follow: (argument) => recordCommands.follow(argument),
    showMore: (listId, direction) => tree.showMore(listId, direction),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`buildCacheInspector.${name}`, run),
  );
  return vscode.Disposable.from(...registered);
}
