import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { hostSuite } from './bundles.mjs';
import { root } from './paths.mjs';

/**
 * Runs the compiled host suite in a desktop VS Code and ends with its exit code:
 * `node desktopRunner.mjs RUN_FOLDER WORKSPACE [PROGRAM]`. Without a program VS Code is downloaded.
 */
const [runFolder, workspace, vscodeExecutablePath] = process.argv.slice(2);
if (runFolder === undefined || workspace === undefined) throw new Error('two folders are needed');
process.exitCode = await runTests({
  vscodeExecutablePath,
  extensionDevelopmentPath: root,
  extensionTestsPath: join(hostSuite.compiled, 'index.js'),
  launchArgs: [
    workspace,
    '--disable-extensions',
    ...['--user-data-dir', join(runFolder, 'user')],
    ...['--extensions-dir', join(runFolder, 'extensions')],
  ],
});
