import { installRoot } from './support/install.mjs';
import { formatTally, oneFailed, sum } from './support/tally.mjs';

/**
 * Installs and runs everything, or the layers that are named: `npm test -- unit host`.
 * Each layer runs whatever became of the ones before it; the last line is the sum over all of them.
 */
await installRoot();
const { layers } = await import('./support/layers.mjs');

const wanted = process.argv.slice(2);
const means = (/** @type {string} */ word, /** @type {string} */ name) =>
  name === word || name.startsWith(`${word}-`);
const unknown = wanted.filter((word) => !layers.some(({ name }) => means(word, name)));
if (unknown.length > 0) {
  console.error(
    `No layer is named ${unknown.join(', ')}. There are: ${layers.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const outcomes = [];
for (const { name, title, run } of layers) {
  if (wanted.length > 0 && !wanted.some((word) => means(word, name))) continue;
  console.log(`\n=== ${title}`);
  const start = performance.now();
  const tally = await run().catch((error) => {
    console.error(error);
    return oneFailed();
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`--- ${title}: ${formatTally(tally)} (${seconds} s)`);
  outcomes.push({ title, tally, seconds });
}

console.log('\n=== Summary');
for (const { title, tally, seconds } of outcomes) {
  const mark = tally.failed > 0 ? 'FAILED' : 'ok';
  console.log(mark.padEnd(6), title.padEnd(36), `${seconds} s`.padStart(8), ` ${formatTally(tally)}`);
}
const total = sum(outcomes.map(({ tally }) => tally));
console.log(formatTally(total));
process.exit(total.failed > 0 ? 1 : 0);
