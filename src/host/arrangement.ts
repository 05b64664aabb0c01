import * as vscode from 'vscode';
import { sortings, sortingWords, type Sorting } from '../model/sortRecords';
import { groupings, groupingWords, type Grouping } from '../model/tree';

const groupingKey = 'grouping';
const sortingKey = 'sorting';

/** How the tree groups and sorts records; one choice for all caches, remembered for the workspace. */
export class Arrangement implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  get grouping(): Grouping {
    return oneOf(groupings, this.memory.get<unknown>(groupingKey)) ?? 'type';
  }

  get sorting(): Sorting {
    return oneOf(sortings, this.memory.get<unknown>(sortingKey)) ?? 'size';
  }

  /** "by type · sorted by size" */
  get words(): string {
    const sorted = `sorted ${sortingWords[this.sorting]}`;
    return this.grouping === 'flat' ? sorted : `${groupingWords[this.grouping]} · ${sorted}`;
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await this.set(groupingKey, grouping);
  }

  async setSorting(sorting: Sorting): Promise<void> {
    await this.set(sortingKey, sorting);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async set(key: string, value: string): Promise<void> {
    await this.memory.update(key, value);
    this.changed.fire();
  }
}

/** Sets the grouping that `argument` names, or lets the person pick one. */
export async function pickGrouping(arrangement: Arrangement, argument?: unknown): Promise<void> {
  const grouping =
    oneOf(groupings, argument) ??
    (await pick('Group records', groupings, groupingWords, arrangement.grouping));
  if (grouping !== undefined) await arrangement.setGrouping(grouping);
}

/** Sets the sorting that `argument` names, or lets the person pick one. */
export async function pickSorting(arrangement: Arrangement, argument?: unknown): Promise<void> {
  const sorting =
    oneOf(sortings, argument) ?? (await pick('Sort records', sortings, sortingWords, arrangement.sorting));
  if (sorting !== undefined) await arrangement.setSorting(sorting);
}

async function pick<T extends string>(
  title: string,
  values: readonly T[],
  words: Readonly<Record<T, string>>,
  current: T,
): Promise<T | undefined> {
  const items = values.map((value) => ({
    value,
    label: capitalized(words[value]),
    iconPath: new vscode.ThemeIcon(value === current ? 'check' : 'blank'),
    description: value === current ? 'current' : '',
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.value;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((it) => it === value);
}
