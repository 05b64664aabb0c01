import type { GraphColumns } from '../../../../src/protocol/graphColumns';
import { encodeStrings } from '../../../../src/protocol/stringTable';

/** Three records: a base, a layer on it, and a merge of both. */
export function smallColumns(): GraphColumns {
  return {
    count: 3,
    ids: encodeStrings(['base', 'layer', 'merge']),
    titles: encodeStrings(['FROM node:20', 'RUN npm ci', 'merge of 2']),
    subtitles: encodeStrings(['docker.io/library', '', '']),
    kinds: Uint8Array.of(0, 1, 2),
    types: Uint8Array.of(0, 0, 0),
    typeNames: ['regular'],
    flags: Uint8Array.of(0, 1, 0),
    sizes: Float64Array.of(1000, Number.NaN, 0),
    createdAt: Float64Array.of(1, 2, 3),
    lastUsedAt: Float64Array.of(Number.NaN, 2, 3),
    usageCounts: Float64Array.of(0, 1, 2),
    creationOrder: Uint32Array.of(0, 1, 2),
    primaryParents: Int32Array.of(-1, 0, 0),
    linkParents: Uint32Array.of(0, 0, 1),
    linkChildren: Uint32Array.of(1, 2, 2),
    linkRoles: Uint8Array.of(0, 1, 1),
    linkPositions: Uint16Array.of(0, 0, 1),
  };
}
