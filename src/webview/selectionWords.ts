import { formatCountOf } from '../model/format';
import { typeWord } from '../model/words';
import { recordFlag, recordKinds } from '../protocol/graphColumns';
import { sizeText, type Scene } from './render/scene';

/** State words by flag, in the order in which they are told. */
const stateWords: readonly (readonly [flag: number, word: string])[] = [
  [recordFlag.inUse, 'in use'],
  [recordFlag.mutable, 'mutable'],
  [recordFlag.shared, 'shared with an image'],
  [recordFlag.lazy, 'lazy'],
  [recordFlag.leased, 'held by a lease'],
  [recordFlag.retained, 'retained by policy'],
  [recordFlag.drops, 'dropped at next start'],
];

/** What flags say, in words. */
export function flagWords(flags: number): string[] {
  return stateWords.flatMap(([flag, word]) => ((flags & flag) === 0 ? [] : [word]));
}

/** A record as one sentence for being spoken: title, kind, size, state, and where one can go from it. */
export function selectionWords(scene: Scene, record: number): string {
  const { graph, layout, links } = scene;
  const node = layout.nodeOfRecord[record];
  const kind = recordKinds[graph.columns.kinds[record]];
  const parents = links.incoming.offsets[node + 1] - links.incoming.offsets[node];
  const children = links.outgoing.offsets[node + 1] - links.outgoing.offsets[node];
  const size = graph.columns.sizes[record];
  const steps = scene.recordCounts[node];
  return [
    graph.title(record),
    graph.subtitle(record),
    `${kind}, ${typeWord(graph.typeName(record))}`,
    Number.isNaN(size) ? 'size unknown' : sizeText(size, 0),
    ...flagWords(graph.columns.flags[record]),
    steps > 1 ? `in a folded chain of ${steps} steps` : '',
    formatCountOf(parents, 'parent'),
    formatCountOf(children, 'child', 'children'),
  ]
    .filter((part) => part !== '')
    .join(', ');
}
