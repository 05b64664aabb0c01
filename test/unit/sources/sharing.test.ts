import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParentRole, RecordKind } from '../../../src/model/record';
import { Pacer } from '../../../src/sources/buildkitRoot/pacer';
import { orderedGraph, type ParentGraph } from '../../../src/sources/buildkitRoot/parentGraph';
import { sharedWithParents, sharesWithImages } from '../../../src/sources/buildkitRoot/sharing';
import { recordDraft, type RecordDraft } from '../../../src/sources/buildkitRoot/recordDraft';

interface Shape {
  readonly kind: RecordKind;
  /** Indices of records before this one. */
  readonly parents: readonly number[];
  readonly blob: string | undefined;
}

const roles: Record<RecordKind, readonly ParentRole[]> = {
  base: [],
  layer: ['layer'],
  merge: ['merge', 'merge'],
  diff: ['lower', 'upper'],
};

const anyShapes = fc
  .array(
    fc.record({
      kind: fc.constantFrom<RecordKind>('base', 'layer', 'layer', 'merge', 'diff'),
      seeds: fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
      blob: fc.constantFrom('a', 'b', 'c', undefined),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((items) =>
    items.map(({ kind, seeds, blob }, index): Shape =>
      index === 0
        ? { kind: 'base', parents: [], blob }
        : { kind, parents: roles[kind].map((_, place) => seeds[place] % index), blob },
    ),
  );

function recordsOf(shapes: readonly Shape[]): RecordDraft[] {
  return shapes.map(({ kind, parents, blob }, index) => ({
    ...recordDraft(String(index)),
    kind,
    blob,
    parents: parents.map((parent, place) => ({ id: String(parent), role: roles[kind][place] })),
  }));
}

function graphOf(shapes: readonly Shape[]): ParentGraph {
  let end = 0;
  const offsets = shapes.map(({ parents }) => (end += parents.length));
  return orderedGraph(
    Int32Array.from([0, ...offsets]),
    Int32Array.from(shapes.flatMap(({ parents }) => parents)),
  );
}

/** The layer digest chain as BuildKit defines it, straight from the definition. */
function chainOf(shapes: readonly Shape[], index: number): string[] {
  const { kind, parents, blob = '' } = shapes[index];
  switch (kind) {
    case 'base':
      return [blob];
    case 'layer':
      return [...chainOf(shapes, parents[0]), blob];
    case 'merge':
      return parents.flatMap((parent) => chainOf(shapes, parent));
    case 'diff':
      return blob === '' ? chainOf(shapes, parents[1]) : [blob];
  }
}

describe('sharing with images on containerd', () => {
  it('is having exactly the layers of an image', async () => {
    const anyImages = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyShapes, anyImages, async (shapes, images) => {
        const records = recordsOf(shapes);
        const graph = graphOf(shapes);
        const isShared = await sharesWithImages(records, graph, images, new Pacer());
        const wanted = new Set(images.filter(({ length }) => length > 0).map((layers) => layers.join(' ')));
        shapes.forEach((_, index) => {
          const chain = chainOf(shapes, index);
          expect(isShared(index)).toBe(!chain.includes('') && wanted.has(chain.join(' ')));
        });
      }),
      { seed: 78, numRuns: 1000 },
    );
  });
});

describe('what a shared record stands on', () => {
  it('is shared too', () => {
    fc.assert(
      fc.property(anyShapes, fc.nat(), (shapes, seed) => {
        const chosen = seed % shapes.length;
        const graph = graphOf(shapes);
        const shared = sharedWithParents(shapes.length, graph, (index) => index === chosen);
        const below = (index: number): number[] => [index, ...shapes[index].parents.flatMap(below)];
        expect(shared).toEqual(shapes.map((_, index) => below(chosen).includes(index)));
      }),
      { seed: 79, numRuns: 500 },
    );
  });
});
