import * as vscode from 'vscode';
import type { OpenCaches } from './openCaches';

/** Keeps the context keys that menus and the palette ask for. */
export function followContextKeys(caches: OpenCaches): vscode.Disposable {
  const keys = new Map<string, boolean>();
  const set = (name: string, value: boolean) => {
    if (keys.get(name) === value) return;
    keys.set(name, value);
    void vscode.commands.executeCommand('setContext', `buildCacheInspector.${name}`, value);
  };
  const update = () => {
    const all = caches.all();
    set('hasCaches', all.length > 0);
    set(
      'isReading',
      all.some(({ status }) => status.kind === 'reading'),
    );
  };
  update();
  return caches.onDidChange(update);
}
