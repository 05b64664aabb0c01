import * as vscode from 'vscode';
import { cachesViewId } from './names';
import type { OpenCaches } from './openCaches';

/** A reading that takes longer than this, in milliseconds, shows a notification that can cancel it. */
const patience = 1000;

/** Shows each reading in the Caches view and, when it is long, in a notification. */
export function showReadProgress(caches: OpenCaches): vscode.Disposable {
  return caches.onDidChange(({ cache, what }) => {
    if (what !== 'started') return;
    const ended = endOfReading(caches, cache.id);
    void vscode.window.withProgress({ location: { viewId: cachesViewId } }, () => ended);
    const timer = setTimeout(() => void notify(caches, cache.id, ended), patience);
    void ended.then(() => clearTimeout(timer));
  });
}

/** Resolves when the reading under way has ended in any way. */
function endOfReading(caches: OpenCaches, id: string): Promise<void> {
  return new Promise((resolve) => {
    const listening = caches.onDidChange(({ cache, what }) => {
      if (cache.id !== id || (cache.status.kind === 'reading' && what !== 'closed')) return;
      listening.dispose();
      resolve();
    });
  });
}

async function notify(caches: OpenCaches, id: string, ended: Promise<void>): Promise<void> {
  const title = `Reading build cache ${caches.get(id)?.label ?? id}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    let reported = 0;
    const report = () => {
      const status = caches.get(id)?.status;
      if (status?.kind !== 'reading') return;
      const { stage, done } = status.progress;
      progress.report({ message: stage, increment: Math.max(0, done - reported) * 100 });
      reported = Math.max(reported, done);
    };
    report();
    const listening = [
      caches.onDidChange(({ cache }) => cache.id === id && report()),
      token.onCancellationRequested(() => caches.cancel(id)),
    ];
    await ended;
    listening.forEach((it) => void it.dispose());
  });
}
