import { card } from '../layout/geometry';
import type { Box } from './cardShape';
import { distanceAt, type Distance } from './distance';
import type { Look } from './renderer';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** One frame while it is drawn. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly theme: Theme;
  readonly look: Look;
  readonly distance: Distance;
  /** Nodes of which something is on the screen, in rising order. */
  readonly visible: Uint32Array;
}

/** How much of dimmed things is left: a third, and more where the theme is for those who need contrast. */
export function dimmedShare({ theme }: Frame): number {
  return theme.highContrast ? 0.5 : 0.33;
}

/** Outlines, rings and stacks reach this far beyond a card, in scene units. */
const overhang = 12;

export function makeFrame(
  context: CanvasRenderingContext2D,
  scene: Scene,
  theme: Theme,
  look: Look,
  buffer: Uint32Array,
): Frame {
  const visible = buffer.subarray(0, findVisible(scene, look, buffer));
  return { context, scene, theme, look, distance: distanceAt(look.view.scale), visible };
}

function findVisible({ layout }: Scene, { view, width, height }: Look, found: Uint32Array): number {
  const left = -view.x / view.scale - overhang - card.width;
  const top = -view.y / view.scale - overhang - card.height;
  const right = (width - view.x) / view.scale + overhang;
  const bottom = (height - view.y) / view.scale + overhang;
  let count = 0;
  for (let node = 0; node < layout.nodeCount; node++) {
    const x = layout.x[node];
    const y = layout.y[node];
    if (x > left && x < right && y > top && y < bottom) found[count++] = node;
  }
  return count;
}

/** The card of a node on the screen, its edges on whole device pixels so that lines are sharp. */
export function cardBox({ scene: { layout }, look: { view, pixelRatio } }: Frame, node: number): Box {
  const snap = (value: number) => Math.round(value * pixelRatio) / pixelRatio;
  const left = snap(layout.x[node] * view.scale + view.x);
  const top = snap(layout.y[node] * view.scale + view.y);
  return {
    left,
    top,
    width: snap((layout.x[node] + card.width) * view.scale + view.x) - left,
    height: snap((layout.y[node] + card.height) * view.scale + view.y) - top,
  };
}

/** How opaque a card is: fully, or dimmed when it is not among those that are lit. */
export function opacityOf(frame: Frame, node: number): number {
  const { lit } = frame.look.marks;
  return lit === undefined || lit.has(node) ? 1 : dimmedShare(frame);
}

/** A box with its edges moved outwards. */
export function grown({ left, top, width, height }: Box, by: number): Box {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}
