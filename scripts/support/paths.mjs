import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project, absolute. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where everything that can be thrown away is written: compiled tests, results, benchmark figures. */
export const outFolder = join(root, 'out');

/** The extension's bundles. */
export const distFolder = join(root, 'dist');

/** What a machine without VS Code needs to run one; each piece is a folder with its own lock file. */
export const piecesFolder = join(root, 'scripts', 'vscode');
