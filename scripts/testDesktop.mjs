import { installRoot } from './support/install.mjs';
import { formatTally } from './support/tally.mjs';

/**
 * Runs the host suite in a desktop VS Code: the program that BCI_VSCODE_PATH names, the installed one, or a downloaded one.
 */
await installRoot();
const { hostOnDesktop } = await import('./support/hostLayer.mjs');
const tally = await hostOnDesktop();
if (tally === undefined) {
  console.error(
    'Install VS Code, or name its program by BCI_VSCODE_PATH. `npm test` runs the same suite in a VS Code server.',
  );
  process.exit(1);
}
console.log(formatTally(tally));
process.exit(tally.failed > 0 ? 1 : 0);
