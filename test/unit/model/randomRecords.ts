import fc from 'fast-check';
import type { CacheRecord, ParentLink } from '../../../src/model/record';
import { diffOf, layerOn, makeRecord, mergeOf } from './records';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const anyName = fc.constantFrom(...names, 'gone');

const anyParents: fc.Arbitrary<readonly ParentLink[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: anyName.map(layerOn) },
  { weight: 2, arbitrary: fc.array(anyName, { minLength: 1, maxLength: 4 }).map((ids) => mergeOf(...ids)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.option(anyName, { nil: undefined }), anyName).map(([l, u]) => diffOf(l, u)),
  },
  { weight: 1, arbitrary: anyName.map((id): ParentLink[] => [{ id, role: 'lower' }]) },
);

const smallTime = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });

/** Up to ten records that name each other at random: missing parents, double links and cycles included. */
export const anyRecords: fc.Arbitrary<CacheRecord[]> = fc
  .shuffledSubarray(names)
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            parents: anyParents,
            createdAt: smallTime,
            createdAtNanos: fc.constantFrom(0, 5),
            lastUsedAt: smallTime,
            usageCount: fc.integer({ min: 0, max: 3 }),
            size: fc.option(fc.constantFrom(0, 5, 2e6, 3e9), { nil: undefined }),
            type: fc.constantFrom('regular', 'source.local', 'exec.cachemount'),
            description: fc.constantFrom('', 'RUN b', 'run a', 'COPY c'),
          })
          .map((fields) => makeRecord({ id, ...fields })),
      ),
    ),
  )
  .map((records) => records);
