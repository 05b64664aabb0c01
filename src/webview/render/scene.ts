import { formatBytes, formatCount } from '../../model/format';
import { recordFlag } from '../../protocol/graphColumns';
import type { Graph } from '../graph';
import type { Layout } from '../layout/layoutTypes';
import { linksOfNodes, type NodeLinkRows } from './nodeLinks';

/**
 * What is drawn: the layout with the facts of each node, made once for each layout. Panning and zooming only change
 * how it is looked at.
 */
export interface Scene {
  readonly graph: Graph;
  readonly layout: Layout;
  /** Record whose facts the node's card shows: the record itself; of a folded chain the last. */
  readonly shownRecords: Uint32Array;
  /** Records in each node; more than 1 in folded chains. */
  readonly recordCounts: Uint32Array;
  /** Bits of `recordFlag`; of a folded chain those that any of its records has and a person should not miss. */
  readonly flags: Uint8Array;
  /** Sum of the known sizes in bytes; NaN when none is known. */
  readonly sizes: Float64Array;
  /** How many records of the node have no known size. */
  readonly unknownSizes: Uint32Array;
  /** Length of the size bar, 0 to 1 on a log scale; 0 when the size is unknown. */
  readonly barLengths: Float32Array;
  readonly components: ComponentFacts;
  readonly links: NodeLinkRows;
}

export interface ComponentFacts {
  readonly recordCounts: Uint32Array;
  readonly sizes: Float64Array;
  readonly unknownSizes: Uint32Array;
}

/** What of one record in a folded stack is shown on the stack. */
const stackFlags = recordFlag.inUse | recordFlag.drops;

export function makeScene(graph: Graph, layout: Layout): Scene {
  const { columns } = graph;
  const count = layout.nodeCount;
  const shownRecords = new Uint32Array(count);
  const recordCounts = new Uint32Array(count);
  const flags = new Uint8Array(count);
  const sizes = new Float64Array(count);
  const unknownSizes = new Uint32Array(count);
  for (let node = 0; node < count; node++) {
    const start = layout.recordOffsets[node];
    const end = layout.recordOffsets[node + 1];
    recordCounts[node] = end - start;
    shownRecords[node] = layout.records[end - 1];
    for (let i = start; i < end; i++) {
      const record = layout.records[i];
      flags[node] |= end - start === 1 ? columns.flags[record] : columns.flags[record] & stackFlags;
      if (Number.isNaN(columns.sizes[record])) unknownSizes[node]++;
      else sizes[node] += columns.sizes[record];
    }
    if (unknownSizes[node] === recordCounts[node]) sizes[node] = Number.NaN;
  }
  return {
    graph,
    layout,
    shownRecords,
    recordCounts,
    flags,
    sizes,
    unknownSizes,
    barLengths: barLengths(sizes),
    components: sumComponents(layout, recordCounts, sizes, unknownSizes),
    links: linksOfNodes(layout),
  };
}

/** Below this many bytes a bar has its least length. */
const shortestBarBytes = 1e3;
/** A bar is full at the largest size of the cache, but not below this, so that small caches look small. */
const fullBarBytes = 1e8;
const leastBar = 0.02;

function barLengths(sizes: Float64Array): Float32Array {
  let largest = fullBarBytes;
  for (const size of sizes) if (size > largest) largest = size;
  const decades = Math.log10(largest / shortestBarBytes);
  return Float32Array.from(sizes, (size) => {
    if (Number.isNaN(size) || size === 0) return 0;
    return Math.min(1, Math.max(leastBar, Math.log10(size / shortestBarBytes) / decades));
  });
}

function sumComponents(
  { componentCount, componentOfNode }: Layout,
  nodeRecords: Uint32Array,
  nodeSizes: Float64Array,
  nodeUnknown: Uint32Array,
): ComponentFacts {
  const recordCounts = new Uint32Array(componentCount);
  const sizes = new Float64Array(componentCount);
  const unknownSizes = new Uint32Array(componentCount);
  componentOfNode.forEach((component, node) => {
    recordCounts[component] += nodeRecords[node];
    unknownSizes[component] += nodeUnknown[node];
    if (!Number.isNaN(nodeSizes[node])) sizes[component] += nodeSizes[node];
  });
  for (let i = 0; i < componentCount; i++) if (unknownSizes[i] === recordCounts[i]) sizes[i] = Number.NaN;
  return { recordCounts, sizes, unknownSizes };
}

/** "840MB", "840MB + 2 unknown", or an en dash: a sum says what it leaves out. */
export function sizeText(size: number, unknown: number): string {
  const known = formatBytes(Number.isNaN(size) ? undefined : size);
  return unknown === 0 || Number.isNaN(size) ? known : `${known} + ${formatCount(unknown)} unknown`;
}

/** First line of a node's card. */
export function cardTitle(scene: Scene, node: number): string {
  const steps = scene.recordCounts[node];
  if (steps === 1) return scene.graph.title(scene.shownRecords[node]);
  return `${formatCount(steps)} steps, ${sizeText(scene.sizes[node], scene.unknownSizes[node])}`;
}

/** Second line of a node's card; of a folded chain its first and last step. */
export function cardSubtitle(scene: Scene, node: number): string {
  const { graph, layout, sizes } = scene;
  const record = scene.shownRecords[node];
  if (scene.recordCounts[node] > 1) {
    return `${graph.title(layout.records[layout.recordOffsets[node]])} … ${graph.title(record)}`;
  }
  const subtitle = graph.subtitle(record);
  const size = sizeText(sizes[node], 0);
  return subtitle === '' ? size : `${size} · ${subtitle}`;
}

/** Name of a component: its base's title; undefined for the records on their own, which have none in common. */
export function componentName(scene: Scene, component: number): string {
  const root = scene.layout.componentRoots[component];
  const { recordCounts, sizes, unknownSizes } = scene.components;
  const size = sizeText(sizes[component], unknownSizes[component]);
  if (root === -1) return `${formatCount(recordCounts[component])} on their own · ${size}`;
  const title = scene.graph.title(scene.shownRecords[root]);
  return recordCounts[component] === 1
    ? title
    : `${title} · ${formatCount(recordCounts[component])} records · ${size}`;
}
