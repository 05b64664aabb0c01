import { parentRoles } from '../../model/links';
import { busHeight, card, columnGap } from '../layout/geometry';
import { dimmedShare, type Frame } from './frame';

/** How the links of each role are drawn, by code: width in CSS pixels, dashes, colour. */
const roleStyles = parentRoles.map((role) => ({
  width: role === 'layer' ? 1.5 : role === 'merge' ? 1 : 1.5,
  dashes: role === 'lower' ? [5, 4] : [],
  isDiff: role === 'lower' || role === 'upper',
}));

/** Scale below which bends are drawn sharp: nobody could see the rounding. */
const roundingScale = 0.3;

/**
 * How much is seen of the links that run across, at rest: little, less the more there are, and nothing when nobody
 * could tell one from another.
 */
const across = { most: 0.55, least: 0.12, links: 60, readable: 600 } as const;

/** Draws all links of which something may be seen; those of the focused nodes on top, with arrows. */
export function drawLinks(frame: Frame): void {
  const { context, scene, look } = frame;
  const { layout } = scene;
  const { selected, hovered, lit } = look.marks;
  const inTree: number[] = [];
  const crossing: number[] = [];
  const focused: number[] = [];
  for (let link = 0; link < layout.linkCount; link++) {
    if (!mayBeSeen(frame, link)) continue;
    const from = layout.linkFrom[link];
    const to = layout.linkTo[link];
    if (from === selected || to === selected || from === hovered || to === hovered) focused.push(link);
    else if (layout.linkInTree[link] === 1) inTree.push(link);
    else crossing.push(link);
  }
  const rest = lit === undefined ? 1 : dimmedShare(frame);
  const light = Math.max(across.least, across.most / Math.max(1, Math.sqrt(crossing.length / across.links)));
  context.globalAlpha = rest * light;
  if (crossing.length <= across.readable) drawByRole(frame, crossing);
  context.globalAlpha = rest;
  if (look.view.scale < roundingScale) drawAsBars(frame, inTree);
  else drawByRole(frame, inTree);
  context.globalAlpha = 1;
  for (const link of focused) {
    context.beginPath();
    traceLink(frame, link);
    setStyle(frame, layout.linkRoles[link], true);
    context.stroke();
    context.setLineDash([]);
    drawArrow(frame, link);
  }
}

/** Draws links in one stroke for each role, so that those that lie upon each other do not add up. */
function drawByRole(frame: Frame, links: readonly number[]): void {
  const { context, scene } = frame;
  for (let role = 0; role < roleStyles.length; role++) {
    context.beginPath();
    for (const link of links) if (scene.layout.linkRoles[link] === role) traceLink(frame, link);
    setStyle(frame, role, false);
    context.stroke();
  }
  context.setLineDash([]);
}

/** Draws links of the tree from afar, as bars a pixel wide: filling these costs a small part of stroking a path. */
function drawAsBars(frame: Frame, links: readonly number[]): void {
  const { context, scene, theme, look } = frame;
  const { layout } = scene;
  const half = (columnGap / 2) * look.view.scale;
  for (let role = 0; role < roleStyles.length; role++) {
    context.fillStyle = roleStyles[role].isDiff ? theme.diffLink : theme.link;
    for (const link of links) {
      if (layout.linkRoles[link] !== role) continue;
      const { fromX, fromY, toX, toY } = linkEnds(frame, link);
      const busY = layout.busY[layout.linkTo[link]];
      if (Number.isNaN(busY)) {
        fillPath(context, [fromX, fromY, fromX + half, toY, toX]);
      } else {
        const y = busY * look.view.scale + look.view.y;
        fillPath(context, [fromX, fromY, fromX + half, y, toX - half, toY, toX]);
      }
    }
  }
}

/** Fills lines at right angles; the points are given as x, y, x, y ... x, each but the first sharing one with the last. */
function fillPath(context: CanvasRenderingContext2D, turns: readonly number[]): void {
  for (let i = 0; i + 2 < turns.length; i++) {
    const [start, across, end] = [Math.round(turns[i]), Math.round(turns[i + 1]), Math.round(turns[i + 2])];
    const [from, length] = start < end ? [start, end - start] : [end, start - end];
    if (i % 2 === 0) context.fillRect(from, across, length + 1, 1);
    else context.fillRect(across, from, 1, length + 1);
  }
}

function setStyle({ context, theme }: Frame, role: number, focused: boolean): void {
  const { width, dashes, isDiff } = roleStyles[role];
  context.lineWidth = focused ? width + 0.75 : width;
  context.setLineDash(dashes);
  context.strokeStyle = isDiff ? theme.diffLink : focused ? theme.focus : theme.link;
}

/** Whether the box around a link, with room for its curve, meets the screen. */
function mayBeSeen({ scene: { layout }, look: { view, width, height } }: Frame, link: number): boolean {
  const from = layout.linkFrom[link];
  const to = layout.linkTo[link];
  const reach = layout.linkInTree[link] === 1 ? columnGap : columnGap * 4;
  const fromX = layout.x[from] + card.width;
  const toX = layout.x[to];
  const left = (Math.min(fromX, toX) - reach) * view.scale + view.x;
  const right = (Math.max(fromX, toX) + reach) * view.scale + view.x;
  const top = (Math.min(layout.y[from], layout.y[to]) - busHeight) * view.scale + view.y;
  const bottom = (Math.max(layout.y[from], layout.y[to]) + card.height) * view.scale + view.y;
  return right > 0 && left < width && bottom > 0 && top < height;
}

interface Ends {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/** Both ends on the screen: the right edge of the parent, and the link's own place at the left edge of the child. */
export function linkEnds({ scene, look: { view } }: Frame, link: number): Ends {
  const { layout, links } = scene;
  const from = layout.linkFrom[link];
  const to = layout.linkTo[link];
  const entering = links.incoming.offsets[to + 1] - links.incoming.offsets[to];
  const share = entering === 1 ? 0.5 : 0.14 + (0.72 * links.slots[link]) / (entering - 1);
  return {
    fromX: (layout.x[from] + card.width) * view.scale + view.x,
    fromY: (layout.y[from] + card.height / 2) * view.scale + view.y,
    toX: layout.x[to] * view.scale + view.x,
    toY: (layout.y[to] + card.height * share) * view.scale + view.y,
  };
}

function traceLink(frame: Frame, link: number): void {
  const ends = linkEnds(frame, link);
  if (frame.scene.layout.linkInTree[link] === 1) traceTreeLink(frame, link, ends);
  else traceCurve(frame, ends);
}

/** Right angles with rounded bends: out, along the trunk that all children share, in; past other columns by the bus. */
function traceTreeLink(
  { context, scene: { layout }, look: { view } }: Frame,
  link: number,
  ends: Ends,
): void {
  const { fromX, fromY, toX, toY } = ends;
  const half = (columnGap / 2) * view.scale;
  const radius = view.scale < roundingScale ? 0 : 7 * view.scale;
  const trunkX = fromX + half;
  const busY = layout.busY[layout.linkTo[link]];
  context.moveTo(fromX, fromY);
  if (Number.isNaN(busY)) {
    bend(context, trunkX, fromY, trunkX, toY, radius);
    bend(context, trunkX, toY, toX, toY, radius);
  } else {
    const y = busY * view.scale + view.y;
    bend(context, trunkX, fromY, trunkX, y, radius);
    bend(context, trunkX, y, toX - half, y, radius);
    bend(context, toX - half, y, toX - half, toY, radius);
    bend(context, toX - half, toY, toX, toY, radius);
  }
  context.lineTo(toX, toY);
}

/** A line to a corner and round it towards the next point. */
function bend(context: CanvasPath, x: number, y: number, nextX: number, nextY: number, radius: number): void {
  const room = Math.abs(nextX - x) + Math.abs(nextY - y);
  if (radius === 0 || room < 1) context.lineTo(x, y);
  else context.arcTo(x, y, nextX, nextY, Math.min(radius, room / 2));
}

function traceCurve({ context, look: { view } }: Frame, { fromX, fromY, toX, toY }: Ends): void {
  const least = columnGap * view.scale * 0.8;
  const pull = Math.min(columnGap * view.scale * 4, Math.max(least, Math.abs(toX - fromX) * 0.4));
  context.moveTo(fromX, fromY);
  context.bezierCurveTo(fromX + pull, fromY, toX - pull, toY, toX, toY);
}

function drawArrow(frame: Frame, link: number): void {
  const { context, scene, look, theme } = frame;
  const { toX, toY } = linkEnds(frame, link);
  const size = Math.min(9, 18 * look.view.scale);
  if (size < 3) return;
  context.fillStyle = roleStyles[scene.layout.linkRoles[link]].isDiff ? theme.diffLink : theme.focus;
  context.beginPath();
  context.moveTo(toX, toY);
  context.lineTo(toX - size, toY - size * 0.5);
  context.lineTo(toX - size, toY + size * 0.5);
  context.closePath();
  context.fill();
}

/** Least distance of the numbers of a merge's inputs from each other, in CSS pixels. */
const numberPitch = 11;

/** Writes the number of each input, from 1, beside the links that enter the merges on the screen, where there is room. */
export function drawInputNumbers(frame: Frame): void {
  const { context, scene, theme, look, visible } = frame;
  const { layout, links } = scene;
  const mergeRole = parentRoles.indexOf('merge');
  context.font = `10px ${theme.fontFamily}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const node of visible) {
    const start = links.incoming.offsets[node];
    const end = links.incoming.offsets[node + 1];
    const pitch = (0.72 * card.height * look.view.scale) / Math.max(1, end - start - 1);
    if (end - start < 2 || pitch < numberPitch) continue;
    for (let i = start; i < end; i++) {
      const link = links.incoming.links[i];
      if (layout.linkRoles[link] !== mergeRole) continue;
      const { toX, toY } = linkEnds(frame, link);
      const text = String(layout.linkPositions[link] + 1);
      const x = toX - 14 * look.view.scale;
      const width = context.measureText(text).width;
      context.fillStyle = theme.background;
      context.fillRect(x - width - 2, toY - 6, width + 4, 12);
      context.fillStyle = theme.quietText;
      context.fillText(text, x, toY);
    }
  }
}
