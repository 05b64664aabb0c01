import { afterAll, describe, expect, test } from 'vitest';
import type { Inventory } from '../../../src/model/inventory';
import type { CacheRecord } from '../../../src/model/record';
import { openCache } from '../../../src/sources/open';
import { sharedFixture } from '../../support/fixtures';
import { inventoryOf } from '../../support/inventory';
import { closeGraphPages, openGraphPage, type GraphPage, type GraphPageOptions } from './support/graphPage';

afterAll(closeGraphPages);

const diverse: Promise<Inventory> = openCache(sharedFixture('v0.20.2-overlayfs-diverse').root).then(
  (source) => source.read(),
);

async function openDiverse(options: Partial<GraphPageOptions> = {}): Promise<GraphPage> {
  const page = await openGraphPage({ inventory: await diverse, reducedMotion: true, ...options });
  await page.waitForPicture();
  return page;
}

/** A record by the title of its details. */
async function shownTitle({ page }: GraphPage): Promise<string> {
  return (await page.locator('.details h2').textContent()) ?? '';
}

async function press(graph: GraphPage, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await graph.page.keyboard.press(key);
  await graph.settle();
}

/** How many pixels of the picture differ from its most frequent colour. */
async function paintedPixels({ page }: GraphPage): Promise<number> {
  return page.locator('.graph-canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    const counts = new Map<number, number>();
    for (let i = 0; i < data.length; i += 4) {
      const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return data.length / 4 - Math.max(...counts.values());
  });
}

describe('a real cache', () => {
  test('is drawn, from files of another origin, without errors or violations of the policy', async () => {
    const graph = await openDiverse();
    expect(await paintedPixels(graph)).toBeGreaterThan(10_000);
    expect(await shownTitle(graph)).not.toBe('');
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('is walked with the keyboard alone: bases, children, parents, siblings', async () => {
    const graph = await openDiverse();
    await graph.page.keyboard.press('Tab');
    while (!(await graph.page.evaluate(() => document.activeElement?.classList.contains('graph')))) {
      await graph.page.keyboard.press('Tab');
    }
    const titles: string[] = [];
    for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft', 'End']) {
      await press(graph, key);
      titles.push(await shownTitle(graph));
    }
    const [home, child, sibling, back, parent, end] = titles;
    expect(home).toBe('FROM tinybase:1');
    expect(sibling).not.toBe(child);
    expect([back, parent]).toEqual([child, home]);
    expect(end).not.toBe(home);
    const spoken = await graph.page.locator('[aria-live="polite"]').textContent();
    expect(spoken).toContain(end);
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('tells the host of each selection, and of none after Escape', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'ArrowRight');
    expect(graph.selectedId).toMatch(/^[0-9a-z]{25}$/);
    await press(graph, 'Escape');
    expect(graph.selectedId).toBeUndefined();
    expect(graph.sent.filter(({ type }) => type === 'select')).toHaveLength(3);
    await graph.close();
  });

  test('opens the selected record with Enter and with a double click', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'Enter');
    const opened = () => graph.sent.filter((it) => it.type === 'action' && it.action === 'openJson');
    expect(opened()).toEqual([{ type: 'action', action: 'openJson', value: graph.selectedId }]);
    const { width, height } = (await graph.page.locator('.graph').boundingBox()) ?? { width: 0, height: 0 };
    for (let i = 0; i < 6; i++) await press(graph, '+');
    await graph.page.mouse.dblclick(width / 2, height / 2);
    await graph.settle();
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('folds and unfolds a chain with Space; the first step comes where the stack was', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'ArrowRight');
    expect((await graph.keptState()).expandedIds).toEqual([]);
    const stacked = await shownTitle(graph);
    await press(graph, 'Space');
    const { expandedIds } = await graph.keptState();
    expect(expandedIds).toEqual([graph.selectedId]);
    const first = await shownTitle(graph);
    expect(first).not.toBe(stacked);
    await press(graph, 'ArrowRight');
    expect(await shownTitle(graph)).not.toBe(first);
    await press(graph, 'Space');
    expect((await graph.keptState()).expandedIds).toEqual([]);
    await graph.close();
  });

  test('folds and unfolds all chains from the toolbar', async () => {
    const graph = await openDiverse();
    await graph.page.click('[aria-label="Unfold all chains"]');
    await graph.settle();
    expect((await graph.keptState()).expandedIds).not.toEqual([]);
    await graph.page.click('[aria-label="Fold all chains"]');
    await graph.settle();
    expect((await graph.keptState()).expandedIds).toEqual([]);
    await graph.close();
  });

  test('searches through the host, counts hits, and goes from one to the next', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, '/');
    await graph.page.keyboard.type('merge');
    await graph.page.locator('.hit-count', { hasText: '7 hits' }).waitFor();
    await press(graph, 'Enter');
    expect(await graph.page.locator('.hit-count').textContent()).toBe('1 of 7');
    expect(await shownTitle(graph)).toContain('merge');
    await press(graph, 'Enter', 'Enter', 'Shift+Enter');
    expect(await graph.page.locator('.hit-count').textContent()).toBe('2 of 7');
    await press(graph, 'Escape');
    expect(await graph.page.inputValue('.search-input')).toBe('');
    expect(await graph.page.evaluate(() => document.activeElement?.className)).toContain('graph');
    await graph.close();
  });

  test('shows the facts of the selected record, and goes along their links', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'ArrowRight');
    const child = await shownTitle(graph);
    await graph.page.locator('.details li .link').first().click();
    await graph.settle();
    const parent = await shownTitle(graph);
    expect(parent).not.toBe(child);
    const id = graph.selectedId;
    await graph.page.getByRole('button', { name: 'Copy ID', exact: true }).first().click();
    await graph.page.getByRole('button', { name: 'Reveal in Tree' }).click();
    expect(graph.sent.slice(-2)).toEqual([
      { type: 'action', action: 'copyText', value: id },
      { type: 'action', action: 'revealInTree', value: id },
    ]);
    await graph.close();
  });

  test('selects by click what is under the pointer, and tells of it in a tooltip', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home');
    await graph.page.fill('.search-input', 'merge');
    await graph.page.locator('.hit-count', { hasText: '7 hits' }).waitFor();
    await press(graph, 'Enter');
    const title = await shownTitle(graph);
    const box = (await graph.page.locator('.graph').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await graph.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await graph.settle();
    expect(await graph.page.locator('.tooltip').textContent()).toContain(title);
    await graph.page.focus('.graph');
    await press(graph, 'f');
    await graph.page.mouse.click(box.x + 4, box.y + 4);
    await graph.settle();
    expect(graph.selectedId).toBeUndefined();
    await press(graph, 'n', 'Escape');
    await graph.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await graph.settle();
    expect(await shownTitle(graph)).toBe(title);
    await graph.close();
  });

  test('moves by dragging, zooms by wheel, and fits again', async () => {
    const graph = await openDiverse();
    expect((await graph.keptState()).viewport).toBeUndefined();
    await graph.page.mouse.move(300, 300);
    await graph.page.mouse.wheel(0, -400);
    const zoomed = (await graph.keptState()).viewport as { x: number; scale: number };
    await graph.page.mouse.down();
    await graph.page.mouse.move(360, 330, { steps: 4 });
    await graph.page.mouse.up();
    const dragged = (await graph.keptState()).viewport as { x: number; scale: number };
    expect(dragged.scale).toBe(zoomed.scale);
    expect(dragged.x - zoomed.x).toBeCloseTo(60, 0);
    await graph.page.focus('.graph');
    await press(graph, 'f');
    expect((await graph.keptState()).viewport).toBeUndefined();
    await graph.close();
  });

  test('shows the help sheet made from the key table', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, '?');
    await graph.page.getByRole('dialog').getByText('Fold or unfold the chain').waitFor();
    await press(graph, 'Escape');
    expect(await graph.page.getByRole('dialog').count()).toBe(0);
    await graph.close();
  });
});

describe('coming back', () => {
  test('a page that was thrown away shows the same part, folds, selection and search', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'ArrowRight', 'Space', '+', '+');
    await graph.page.fill('.search-input', 'echo');
    await graph.page.waitForTimeout(400);
    const before = await graph.keptState();
    const title = await shownTitle(graph);
    await graph.reload();
    await graph.waitForPicture();
    // As the host does after a window reload: it knows of no selection.
    await graph.send({ type: 'select', recordId: undefined, reveal: false });
    await graph.settle();
    expect(await graph.keptState()).toEqual(before);
    expect(await shownTitle(graph)).toBe(title);
    expect(await graph.page.inputValue('.search-input')).toBe('echo');
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('a new revision keeps selection and view while the record is there', async () => {
    const graph = await openDiverse();
    await graph.page.focus('.graph');
    await press(graph, 'Home', 'ArrowRight', '+');
    const before = await graph.keptState();
    const inventory = await diverse;
    const others = inventory.records.filter(({ id }) => id !== before.selectedId).slice(0, -3);
    const kept = inventory.records.filter(({ id }) => id === before.selectedId);
    await graph.showInventory({ ...inventory, records: [...others, ...kept] });
    await graph.settle();
    expect(await graph.keptState()).toMatchObject({
      selectedId: before.selectedId,
      viewport: before.viewport,
    });
    await graph.showInventory({ ...inventory, records: others });
    await graph.settle();
    expect(await graph.page.locator('.details h2').textContent()).toBe(graph.cache.label);
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('a selection by the host is shown and brought into view', async () => {
    const graph = await openDiverse();
    const { records } = await diverse;
    const record = records[records.length - 1];
    await graph.send({ type: 'select', recordId: record.id, reveal: true });
    await graph.settle();
    expect(await graph.page.locator('.facts dd').first().textContent()).toContain(record.id);
    expect(graph.sent.filter(({ type }) => type === 'select')).toEqual([]);
    await graph.close();
  });
});

describe('words in the place of the picture', () => {
  const cache = { id: '/c', label: 'my cache', location: '/c' };

  test('loading, then failed with what to try', async () => {
    const graph = await openGraphPage({ inventory: inventoryOf([]), silent: true });
    await graph.send({ type: 'state', cache, state: { kind: 'loading', message: 'Reading records' } });
    await graph.page.getByText('Opening my cache').waitFor();
    await graph.send({ type: 'state', cache, state: { kind: 'failed', message: 'Page 17 points outside.' } });
    await graph.page.getByRole('alert').getByText('Page 17 points outside.').waitFor();
    await graph.page.getByRole('button', { name: 'Retry' }).click();
    await graph.page.getByRole('button', { name: 'Show Log' }).click();
    expect(graph.sent.slice(-2)).toEqual([
      { type: 'action', action: 'refresh', value: '' },
      { type: 'action', action: 'showLog', value: '' },
    ]);
    await graph.close();
  });

  test('an empty cache says so', async () => {
    const graph = await openGraphPage({ inventory: inventoryOf([]) });
    await graph.page.getByRole('heading', { name: 'No records' }).waitFor();
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('a failed refresh leaves the picture and stands above it', async () => {
    const graph = await openDiverse();
    const state = { kind: 'failed', message: 'The folder is gone.' };
    await graph.send({ type: 'state', cache: graph.cache, state });
    await graph.page.locator('.banner.error', { hasText: 'The folder is gone.' }).waitFor();
    expect(await graph.page.locator('.overlay').isHidden()).toBe(true);
    await graph.close();
  });

  test('notes are listed, and stay away when they were dismissed', async () => {
    const notes = ['First note.', 'Second note.'].map(
      (message) => ({ severity: 'warning', message }) as const,
    );
    const graph = await openGraphPage({ inventory: { ...(await diverse), notes } });
    await graph.waitForPicture();
    await graph.page.getByRole('button', { name: '1 more note' }).click();
    await graph.page.getByText('Second note.').waitFor();
    await graph.page.getByRole('button', { name: 'Dismiss' }).click();
    await graph.keptState();
    await graph.reload();
    await graph.waitForPicture();
    expect(await graph.page.locator('.banner').isHidden()).toBe(true);
    await graph.close();
  });

  test('a request that fails says why in the panel, with a way to try again', async () => {
    const graph = await openDiverse();
    await graph.send({ type: 'select', recordId: undefined, reveal: false });
    const inventory = await diverse;
    const { id } = inventory.records[0];
    graph.failRequests = true;
    await graph.send({ type: 'select', recordId: id, reveal: true });
    await graph.page.locator('.details').getByText('No such record.').waitFor();
    graph.failRequests = false;
    await graph.page.getByRole('button', { name: 'Try again' }).click();
    await graph.page.locator('.facts').waitFor();
    await graph.close();
  });
});

describe('hostile input', () => {
  const hostile: CacheRecord = {
    id: '<img src=x onerror="hostReceives(1)">',
    kind: 'base',
    type: '<b>type</b>',
    description: '<script>document.title = "taken"</script><img src=x onerror="document.title=1">',
    parents: [],
    mutable: false,
    usageCount: 0,
    snapshotId: 's',
    retained: false,
    deleted: false,
    imageRefs: [],
    leases: [],
    worker: 0,
  };

  test('markup in descriptions, ids, types, notes and names is shown as text', async () => {
    const inventory: Inventory = {
      ...inventoryOf([hostile]),
      source: { kind: 'buildkitRoot', label: '<i>label</i>', location: '<u>/c</u>', layout: '' },
      notes: [{ severity: 'error', message: '<img src=x onerror="document.title=2">' }],
    };
    const graph = await openGraphPage({ inventory });
    await graph.waitForPicture();
    await graph.page.focus('.graph');
    await press(graph, 'Home');
    await graph.page.locator('.details .description', { hasText: '<script>' }).waitFor();
    await graph.page.click('.legend-toggle');
    await graph.page.mouse.move(460, 420);
    await graph.settle();
    expect(await graph.page.locator('img, b, i, u, body script:not([src])').count()).toBe(0);
    expect(await graph.page.title()).toBe('Graph');
    expect(graph.problems).toEqual([]);
    await graph.close();
  });

  test('messages that are none are refused and logged, and the page goes on', async () => {
    const graph = await openDiverse();
    await graph.send('hello');
    await graph.send({ type: 'graph', revision: 1, columns: { count: 1e9 } });
    await graph.settle();
    expect(graph.problems).toHaveLength(2);
    graph.problems.length = 0;
    await graph.page.focus('.graph');
    await press(graph, 'Home');
    expect(await shownTitle(graph)).toBe('FROM tinybase:1');
    await graph.close();
  });
});

describe('themes', () => {
  test.each(['dark', 'light', 'highContrastDark', 'highContrastLight'] as const)(
    '%s is followed live',
    async (theme) => {
      const graph = await openDiverse({ theme: theme === 'dark' ? 'light' : 'dark' });
      const cornerOf = () =>
        graph.page.locator('.graph-canvas').evaluate((canvas: HTMLCanvasElement) => {
          return [...(canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data ?? [])].slice(0, 3);
        });
      await graph.setTheme(theme);
      const backgrounds = {
        dark: [31, 31, 31],
        light: [255, 255, 255],
        highContrastDark: [0, 0, 0],
        highContrastLight: [255, 255, 255],
      };
      expect(await cornerOf()).toEqual(backgrounds[theme]);
      expect(graph.problems).toEqual([]);
      await graph.close();
    },
  );

  test('changes are followed by a motion of 200 ms, and by none when less motion is asked for', async () => {
    for (const reducedMotion of [true, false]) {
      const graph = await openDiverse({ reducedMotion });
      await graph.page.focus('.graph');
      const scales = await graph.page.evaluate(async () => {
        const kept = () => {
          dispatchEvent(new Event('pagehide'));
          const state = JSON.parse(sessionStorage.getItem('state') ?? '{}') as {
            viewport?: { scale: number };
          };
          return state.viewport?.scale;
        };
        const graph = document.querySelector('.graph');
        graph?.dispatchEvent(new KeyboardEvent('keydown', { key: '+' }));
        const start = kept();
        await new Promise((resolve) => setTimeout(resolve, 400));
        return { start, end: kept() };
      });
      expect(scales.start === scales.end).toBe(reducedMotion);
      await graph.close();
    }
  });

  test('in a narrow panel the details stand below, and nothing is wider than the page', async () => {
    const graph = await openDiverse({ viewport: { width: 480, height: 700 } });
    const picture = (await graph.page.locator('.picture').boundingBox()) ?? { y: 0, height: 0, width: 0 };
    const details = (await graph.page.locator('.details').boundingBox()) ?? { y: 0, width: 0 };
    expect(details.y).toBeGreaterThanOrEqual(picture.y + picture.height);
    expect([picture.width, details.width]).toEqual([480, 480]);
    expect(await graph.page.evaluate(() => document.documentElement.scrollWidth)).toBe(480);
    await graph.close();
  });

  test('the details are made wider with the keyboard, and the width is remembered', async () => {
    const graph = await openDiverse();
    await graph.page.focus('[role="separator"]');
    await press(graph, 'ArrowLeft', 'ArrowLeft');
    expect((await graph.keptState()).detailsWidth).toBe(400);
    const box = await graph.page.locator('.details').boundingBox();
    expect(box?.width).toBe(400);
    await graph.page.click('[aria-label="Hide details"]');
    await graph.keptState();
    await graph.reload();
    await graph.waitForPicture();
    expect(await graph.page.locator('.details').isHidden()).toBe(true);
    await graph.close();
  });
});
