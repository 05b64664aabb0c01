import { installRoot } from './support/install.mjs';

/**
 * Builds every bundle and prints its size: `npm run build [-- --production]`.
 * The bundler is loaded only after the packages are there.
 */
await installRoot();
const { buildBundles } = await import('./support/bundles.mjs');
for (const { name, bytes } of await buildBundles({ production: process.argv.includes('--production') })) {
  console.log(`dist/${name}.js`.padEnd(24), `${(bytes / 1000).toFixed(1)} kB`.padStart(10));
}
