import type { CacheRecord, ParentLink } from '../../src/model/record';
import { seededRandom } from './random';

/** How a generated cache is made up; shares are of all records. */
const shares = { base: 0.12, cacheMount: 0.04, merge: 0.06, diff: 0.03 } as const;
const deepestChain = 127;
const mostInputs = 20;

const images = ['node:20', 'golang:1.24', 'alpine:3.21', 'debian:12', 'python:3.13', 'rust:1.85'];
const commands = [
  'npm ci --omit=dev',
  'go build ./...',
  'apk add --no-cache git',
  'make -j4 install',
  'cargo build --release',
];

/**
 * Records shaped as in real build caches: few bases on which most stands, chains of layers that fork now and then,
 * merges of up to 20 inputs, diffs along a chain, cache mounts by themselves. The same for the same seed.
 */
export function cacheShapedRecords(count: number, seed: number): CacheRecord[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const records: CacheRecord[] = [];
  const depths: number[] = [];
  let tip = -1;
  const add = (facts: Partial<CacheRecord> & Pick<CacheRecord, 'kind' | 'description'>, depth: number) => {
    const index = records.length;
    records.push({
      id: `r${index.toString(36).padStart(24, '0')}`,
      type: 'regular',
      parents: [],
      mutable: random() < 0.2,
      size: random() < 0.05 ? undefined : Math.floor(10 ** (3 + random() * 6)),
      createdAt: 1_700_000_000_000 + index * 977,
      lastUsedAt: 1_700_000_000_000 + index * 1009,
      usageCount: below(30),
      snapshotId: `s${index}`,
      retained: random() < 0.5,
      deleted: false,
      imageRefs: [],
      leases: [],
      worker: 0,
      ...facts,
    });
    depths.push(depth);
    return index;
  };
  /** One of the records made not long before, as one build and the next have to do with each other. */
  const near = () => Math.max(0, records.length - 1 - Math.floor(random() ** 2 * 120));
  const parent = (index: number, link: Omit<ParentLink, 'id'>): ParentLink => ({
    id: records[index].id,
    ...link,
  });
  while (records.length < count) {
    const kind = random();
    if (tip === -1 || kind < shares.base) {
      tip = add(
        { kind: 'base', description: `pulled from docker.io/library/${images[below(images.length)]}` },
        0,
      );
    } else if (kind < shares.base + shares.cacheMount) {
      add(
        {
          kind: 'base',
          type: 'exec.cachemount',
          description: `cached mount /root/.cache from exec make with id "c${below(9)}"`,
        },
        0,
      );
    } else if (kind < shares.base + shares.cacheMount + shares.merge && records.length > 2) {
      const inputs = new Set([tip]);
      for (let i = 2 + Math.floor(random() ** 4 * (mostInputs - 1)); i > 1; i--) inputs.add(near());
      const parents = [...inputs].map((input, position) => parent(input, { role: 'merge', position }));
      tip = add({ kind: 'merge', description: '[stage-1 4/9] COPY --link . .', parents }, depths[tip] + 1);
    } else if (kind < shares.base + shares.cacheMount + shares.merge + shares.diff && tip > 0) {
      const lower = Math.min(near(), tip - 1);
      add(
        {
          kind: 'diff',
          description: `diff "${records[lower].id}" -> "${records[tip].id}"`,
          parents: [parent(lower, { role: 'lower' }), parent(tip, { role: 'upper' })],
        },
        depths[tip] + 1,
      );
    } else {
      if (random() < 0.12 || depths[tip] >= deepestChain) tip = near();
      if (depths[tip] >= deepestChain) continue;
      const description = `mount / from exec /bin/sh -c ${commands[below(commands.length)]}`;
      tip = add({ kind: 'layer', description, parents: [parent(tip, { role: 'layer' })] }, depths[tip] + 1);
    }
  }
  return records;
}
