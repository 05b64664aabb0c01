import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from './support/install.mjs';
import { root } from './support/paths.mjs';
import { packedFiles } from './support/zip.mjs';

/** Builds the extension small, packs it into build-cache-inspector-VERSION.vsix and says what is in it. */
await installRoot();
const { manifest, packageExtension, packageProblems } = await import('./support/vsix.mjs');

const { name, version } = manifest();
const file = join(root, `${name}-${version}.vsix`);
await packageExtension(file);
const archive = readFileSync(file);
const files = packedFiles(archive);
for (const { path, bytes } of files) console.log(String(bytes).padStart(10), path);
console.log(`${file}: ${files.length} files, ${archive.length} bytes`);
const problems = packageProblems(files.map(({ path }) => path));
problems.forEach((problem) => console.error(problem));
process.exitCode = problems.length > 0 ? 1 : 0;
