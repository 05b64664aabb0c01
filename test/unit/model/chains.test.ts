import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainColumns, findChains } from '../../../src/model/chains';
import { graphShape } from '../../../src/model/graphShape';
import type { CacheRecord } from '../../../src/model/record';
import { anyRecords } from './randomRecords';
import { diffOf, layerOn, makeIndex, makeRecord, mergeOf } from './records';

/** The chains as ids, each from parent to child. */
function chainsOf(records: readonly CacheRecord[], minimumLength = 1): string[] {
  const { offsets, members } = findChains(graphShape(makeIndex(records)), minimumLength);
  return Array.from({ length: offsets.length - 1 }, (_, c) =>
    Array.from(members.subarray(offsets[c], offsets[c + 1]), (i) => records[i].id).join(''),
  );
}

/** A base `a` with layers `b`, `c` ... standing on each other. */
function run(ids: string): CacheRecord[] {
  return Array.from(ids, (id, i) => makeRecord({ id, parents: i === 0 ? [] : layerOn(ids[i - 1]) }));
}

describe('findChains', () => {
  it('folds what is between a base and an end', () => {
    expect(chainsOf(run('abcdef'))).toEqual(['bcde']);
  });

  it('follows the chain whatever the stored order', () => {
    expect(chainsOf(run('abcdef').toReversed())).toEqual(['bcde']);
  });

  it('ends at branching points', () => {
    const branch = makeRecord({ id: 'x', parents: layerOn('d') });
    expect(chainsOf([...run('abcdefgh'), branch])).toEqual(['bc', 'efg']);
  });

  it('leaves the inputs of merges and both sides of diffs by themselves', () => {
    const merge = makeRecord({ id: 'm', parents: mergeOf('d', 'h') });
    expect(chainsOf([...run('abcdefgh'), merge])).toEqual(['bc', 'efg']);
    const diff = makeRecord({ id: 'm', parents: diffOf('c', 'h') });
    expect(chainsOf([...run('abcdefgh'), diff])).toEqual(['b', 'defg']);
  });

  it('does not fold merges and diffs themselves', () => {
    const records = [...run('ab'), makeRecord({ id: 'm', parents: mergeOf('b') }), ...run('ncde').slice(1)];
    const joined = records.map((it) => (it.id === 'c' ? makeRecord({ id: 'c', parents: layerOn('m') }) : it));
    expect(chainsOf(joined)).toEqual(['cd']);
  });

  it('leaves short runs unfolded', () => {
    const branch = makeRecord({ id: 'x', parents: layerOn('d') });
    expect(chainsOf([...run('abcdefgh'), branch], 3)).toEqual(['efg']);
    expect(chainsOf([...run('abcdefgh'), branch], 4)).toEqual([]);
  });

  it('says of each record which chain it is in', () => {
    const branch = makeRecord({ id: 'x', parents: layerOn('d') });
    const { chainOf } = findChains(graphShape(makeIndex([...run('abcdefgh'), branch])), 2);
    expect([...chainOf]).toEqual([-1, 0, 0, -1, 1, 1, 1, -1, -1]);
  });

  it('ends where columns hold a cycle after all', () => {
    const columns: ChainColumns = {
      count: 3,
      primaryParents: Int32Array.of(2, 0, 1),
      linkParents: Uint32Array.of(2, 0, 1),
      linkChildren: Uint32Array.of(0, 1, 2),
      linkRoles: new Uint8Array(3),
    };
    expect([...findChains(columns, 1).members]).toEqual([]);
  });

  it('equals the definition on any graph', () => {
    fc.assert(
      fc.property(anyRecords, fc.integer({ min: 1, max: 3 }), (records, minimumLength) => {
        const { primaryParents } = graphShape(makeIndex(records));
        const at = (id: string) => records.findIndex((it) => it.id === id);
        const links = records.flatMap(({ parents }, child) =>
          parents.map(({ id, role }) => ({ child, parent: at(id), role })),
        );
        const plain = links.filter(
          ({ child, parent, role }) => role === 'layer' && parent !== -1 && primaryParents[child] === parent,
        );
        const childrenOf = (i: number) =>
          records.flatMap((_, child) => (primaryParents[child] === i ? [child] : []));
        const foldable = records.map(
          (_, i) =>
            plain.some(({ child }) => child === i) &&
            childrenOf(i).length === 1 &&
            links.every(
              (link) => link.parent === -1 || plain.includes(link) || (link.child !== i && link.parent !== i),
            ),
        );
        const expected = records.flatMap((_, i) => {
          if (!foldable[i] || foldable[primaryParents[i]]) return [];
          const chain = [i];
          while (foldable[childrenOf(chain[chain.length - 1])[0]])
            chain.push(childrenOf(chain[chain.length - 1])[0]);
          return chain.length < minimumLength ? [] : [chain.map((member) => records[member].id).join('')];
        });
        expect(chainsOf(records, minimumLength)).toEqual(expected);
      }),
      { seed: 24, numRuns: 400 },
    );
  });
});
