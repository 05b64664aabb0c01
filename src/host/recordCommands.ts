import * as vscode from 'vscode';
import type { CacheDocuments } from './cacheDocuments';
import type { CachesView } from './cachesView';
import { findRecord } from './findRecord';
import type { GraphPanels } from './graphPanels';
import type { OpenCaches } from './openCaches';
import { pickCache } from './pickCache';
import { pickDigest } from './pickDigest';
import { withoutIcons } from './plainText';
import type { SelectedRecord, Selection } from './selection';
import { cacheIdOf, recordOf } from './targets';

export interface RecordCommandParts {
  readonly caches: OpenCaches;
  readonly selection: Selection;
  readonly view: CachesView;
  readonly panels: GraphPanels;
  readonly documents: CacheDocuments;
}

/**
 * Commands about one record: the one of the row they are called on, else the selected one, else one that the person
 * finds.
 */
export class RecordCommands {
  constructor(private readonly parts: RecordCommandParts) {}

  async find(): Promise<void> {
    const record = await findRecord(this.parts.caches);
    if (record !== undefined) await this.go(record);
  }

  async showGraph(argument?: unknown): Promise<void> {
    const { caches, panels, selection } = this.parts;
    const id =
      cacheIdOf(argument) ??
      selection.current?.cacheId ??
      (await pickCache(caches, 'Show the graph of which build cache?'));
    if (id !== undefined) panels.show(id, { preserveFocus: false });
  }

  async revealInGraph(argument?: unknown): Promise<void> {
    const record = await this.target(argument);
    if (record === undefined) return;
    this.parts.selection.set(record, 'command');
    this.parts.panels.show(record.cacheId, { preserveFocus: false });
  }

  async revealInTree(argument?: unknown): Promise<void> {
    const record = await this.target(argument);
    if (record === undefined) return;
    this.parts.selection.set(record, 'command');
    await this.parts.view.reveal(record, { focus: true });
  }

  /** What a click on a row does: the graph follows, and the keyboard stays in the tree. */
  follow(argument: unknown): void {
    const record = recordOf(argument);
    if (record === undefined) return;
    this.parts.selection.set(record, 'tree');
    this.parts.panels.show(record.cacheId, { preserveFocus: true });
  }

  async copyId(argument?: unknown): Promise<void> {
    const record = await this.target(argument);
    if (record !== undefined) await copyText(record.recordId);
  }

  async copyDigest(argument?: unknown): Promise<void> {
    const target = await this.target(argument);
    if (target === undefined) return;
    const record = this.parts.caches.get(target.cacheId)?.loaded?.index.record(target.recordId);
    const digest = record && (await pickDigest(record));
    if (digest !== undefined) await copyText(digest);
  }

  async openJson(argument?: unknown): Promise<void> {
    const record = await this.target(argument);
    if (record !== undefined) await this.parts.documents.openRecord(record);
  }

  async showUsage(argument?: unknown): Promise<void> {
    const { caches, documents } = this.parts;
    const id = cacheIdOf(argument) ?? (await pickCache(caches, 'Show the usage of which build cache?'));
    if (id !== undefined) await documents.openUsage(id);
  }

  private async target(argument: unknown): Promise<SelectedRecord | undefined> {
    return recordOf(argument) ?? this.parts.selection.current ?? (await findRecord(this.parts.caches));
  }

  private async go(record: SelectedRecord): Promise<void> {
    this.parts.selection.set(record, 'command');
    this.parts.panels.show(record.cacheId, { preserveFocus: false });
    await this.parts.view.reveal(record, { focus: false });
  }
}

/** Copies, and says what was copied. */
export async function copyText(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  vscode.window.setStatusBarMessage(`$(clippy) Copied ${withoutIcons(shown)}`, 3000);
}
