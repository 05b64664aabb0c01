import * as vscode from 'vscode';
import type { PageAction } from '../protocol/messages';
import { copyText } from './recordCommands';

/** Does what the graph page asks for, by the extension's own commands. */
export function pageActions(action: PageAction, cacheId: string, value: string): void {
  switch (action) {
    case 'copyText':
      void copyText(value);
      break;
    case 'openJson':
      run('openJson', { cacheId, recordId: value });
      break;
    case 'revealInTree':
      run('revealInTree', { cacheId, recordId: value });
      break;
    case 'refresh':
      run('refresh', { cacheId });
      break;
    case 'showLog':
      run('showLog');
      break;
  }
}

function run(command: string, ...rest: unknown[]): void {
  void vscode.commands.executeCommand(`buildCacheInspector.${command}`, ...rest);
}
