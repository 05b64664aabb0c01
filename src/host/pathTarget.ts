import * as vscode from 'vscode';

/** The path or file URI that a command's argument is. */
export function pathOf(argument: unknown): string | undefined {
  if (typeof argument === 'string' && argument !== '') return argument;
  return argument instanceof vscode.Uri && argument.scheme === 'file' ? argument.fsPath : undefined;
}
