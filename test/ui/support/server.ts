import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { temporaryFolder } from '../../../scripts/support/temporary.mjs';
import { installExtension, installServer, startServer } from '../../../scripts/support/vscodeServer.mjs';
import { packageExtension } from '../../../scripts/support/vsix.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the VS Code server that has the packaged extension. */
    readonly vscodeOrigin: string;
  }
}

/**
 * Starts one VS Code server with the packaged extension for all tests of a run: the newest one, or the one that
 * `BCI_UI_SERVER` names.
 * @returns what stops it
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kind = process.env.BCI_UI_SERVER === 'oldest' ? 'oldest' : 'newest';
  const installed = await installServer(kind);
  const runFolder = temporaryFolder('ui');
  const vsix = join(runFolder, 'extension.vsix');
  await packageExtension(vsix);
  await installExtension(installed, runFolder, vsix);
  const server = await startServer(installed, { runFolder });
  project.provide('vscodeOrigin', server.origin);
  return server.stop;
}
