import { indexInventory } from '../../src/model/inventoryIndex';
import type { Inventory } from '../../src/model/inventory';
import { openCache } from '../../src/sources/open';
import { columnsOf } from '../../src/protocol/columnsOf';
import { layOut, prepareGraph } from '../../src/webview/layout/layout';
import { cacheShapedRecords } from '../support/cacheShapedRecords';
import { inventoryOf } from '../support/inventory';
import { closeGraphPages, openGraphPage, type GraphPage } from '../ui/page/support/graphPage';
import { longestTaskWhile, type LongestTask } from '../ui/page/support/mainThread';
import type { Row } from './support/bench';

export const name =
  'graph: layout in Node; first picture, blocks and frames of the built page in headless Chromium';

/** Generated caches, and after them the root directory that `BCI_BENCH_ROOT` names, if any. */
async function caches(): Promise<readonly (readonly [name: string, inventory: Inventory])[]> {
  const generated = [100, 1000, 10_000].map(
    (count) => [`generated ${count}`, inventoryOf(cacheShapedRecords(count, 1))] as const,
  );
  const root = process.env.BCI_BENCH_ROOT;
  if (root === undefined) return generated;
  return [...generated, [root, await (await openCache(root)).read()]];
}

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [cache, inventory] of await caches()) {
    rows.push({
      cache,
      records: inventory.records.length,
      ...measureLayout(inventory),
      ...(await measurePage(inventory)),
    });
  }
  await closeGraphPages();
  return rows;
}

const rounds = 7;

/** Median times, after one round for the compiler. */
function measureLayout(inventory: Inventory): Row {
  const index = indexInventory(inventory);
  const start = performance.now();
  const columns = columnsOf(index);
  const columnsTime = performance.now() - start;
  const folded: number[] = [];
  const open: number[] = [];
  let shape = '';
  for (let round = 0; round <= rounds; round++) {
    const begin = performance.now();
    const prepared = prepareGraph(columns);
    const layout = layOut(prepared, []);
    const half = performance.now();
    layOut(prepared, layout.chainFirsts);
    folded.push(half - begin);
    open.push(performance.now() - half);
    shape = `${(layout.width / layout.height).toFixed(2)}:1`;
  }
  return {
    'columns ms': columnsTime,
    'first layout ms': folded[0],
    'layout ms': median(folded.slice(1)),
    'layout unfolded ms': median(open.slice(1)),
    shape,
  };
}

async function measurePage(inventory: Inventory): Promise<Row> {
  const pictures: number[] = [];
  const blocks: LongestTask[] = [];
  let frames = { fit: 0, zoomed: 0 };
  for (let round = 0; round < 3; round++) {
    const graph = await openGraphPage({ inventory, silent: true });
    await graph.prepareGraph();
    const block = await longestTaskWhile(graph.page, async () => {
      pictures.push(await graph.page.evaluate(showPreparedGraph));
    });
    blocks.push(block);
    if (round === 0) frames = { fit: await framesWhilePanning(graph), zoomed: await zoomedFrames(graph) };
    await graph.close();
  }
  return {
    'first picture ms': median(pictures),
    'longest block ms': Math.max(...blocks.map(({ wall }) => wall)),
    'block cpu ms': Math.max(...blocks.map(({ cpu }) => cpu)),
    'frame at fit ms': frames.fit,
    'frame zoomed ms': frames.zoomed,
  };
}

/** Runs in the page: hands over the graph that is there already; gives the time until its picture is drawn. */
async function showPreparedGraph(): Promise<number> {
  const scope = globalThis as unknown as {
    preparedGraph: unknown;
    hostReceives: (message: { message?: string }) => Promise<void>;
  };
  const start = performance.now();
  const firstPicture = await new Promise<number>((resolve) => {
    scope.hostReceives = (message) => {
      if (message.message?.startsWith('First picture') === true) resolve(performance.now() - start);
      return Promise.resolve();
    };
    postMessage(scope.preparedGraph);
  });
  // What follows the picture must not block either.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return firstPicture;
}

async function zoomedFrames(graph: GraphPage): Promise<number> {
  await graph.page.mouse.move(450, 400);
  for (let i = 0; i < 4; i++) await graph.page.mouse.wheel(0, -300);
  await graph.settle();
  return framesWhilePanning(graph);
}

/** Median time from frame to frame while the picture is dragged to and fro. */
async function framesWhilePanning({ page }: GraphPage): Promise<number> {
  const times = await page.evaluate(async () => {
    const graph = document.querySelector('.graph');
    const drag = (type: string, clientX: number) =>
      (type === 'mousedown' ? graph : globalThis)?.dispatchEvent(
        new MouseEvent(type, { clientX, clientY: 400, bubbles: true, view: window }),
      );
    drag('mousedown', 450);
    const stamps: number[] = [];
    for (let i = 0; i < 60; i++) {
      drag('mousemove', 450 + 80 * Math.sin(i / 5));
      stamps.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
    }
    drag('mouseup', 450);
    return stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
  });
  return median(times);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
