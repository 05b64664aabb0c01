import { installPiece, installRoot } from './support/install.mjs';

/** Installs what checking types and rules needs: the project's packages, and the declarations of the browser driver. */
await installRoot();
await installPiece('driver');
