import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { root } from './support/paths.mjs';

/** Builds the extension small, packs it into build-cache-inspector-VERSION.vsix and says what is in it. */
await installRoot();
const { inspectPackage, manifest, packageExtension } = await import('./support/vsix.mjs');

const { name, version } = manifest();
const file = join(root, `${name}-${version}.vsix`);
await packageExtension(file);
const { bytes, files, problems } = inspectPackage(file);
for (const packed of files) console.log(String(packed.bytes).padStart(10), packed.path);
console.log(`${file}: ${files.length} files, ${bytes} bytes`);
problems.forEach((problem) => console.error(problem));
process.exitCode = problems.length > 0 ? 1 : 0;
