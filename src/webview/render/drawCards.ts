import { recordFlag } from '../../protocol/graphColumns';
import { edgeWidth, kindCode, traceBracket, traceCard, traceEdge, type Box } from './cardShape';
import { textSizes } from './distance';
import { cardBox, grown, opacityOf, type Frame } from './frame';
import type { TextFitter } from './fitText';
import { drawGlyph, glyphFlags } from './glyphs';
import { cardSubtitle, cardTitle } from './scene';
import type { TypeColours } from './theme';

/** Draws cards with their text, for the nodes on the screen. */
export function drawCards(frame: Frame, fitter: TextFitter): void {
  const { context, scene, theme, look } = frame;
  for (const node of frame.visible) {
    context.globalAlpha = opacityOf(frame, node);
    const box = cardBox(frame, node);
    drawCardShape(context, {
      box,
      kind: scene.graph.columns.kinds[scene.shownRecords[node]],
      flags: scene.flags[node],
      stacked: scene.recordCounts[node] > 1,
      barLength: scene.barLengths[node],
      colours: theme.typeColours(scene.graph.typeName(scene.shownRecords[node])),
      background: theme.background,
      inUse: theme.inUse,
    });
    drawCardText(frame, node, box, fitter);
  }
  context.globalAlpha = 1;
  const { hits, hovered, selected } = look.marks;
  if (hits !== undefined)
    for (const node of frame.visible) if (hits[node] === 1) outline(frame, node, theme.hit, 2, 0);
  if (hovered !== -1 && hovered !== selected) outline(frame, hovered, theme.focus, 1.5, 1);
  if (selected !== -1) outline(frame, selected, theme.focus, 2.5, 2.5);
}

/** A card without its text; also what the legend shows. */
export interface CardShape {
  readonly box: Box;
  readonly kind: number;
  readonly flags: number;
  readonly stacked: boolean;
  /** 0 to 1; 0 is none. */
  readonly barLength: number;
  readonly colours: TypeColours;
  readonly background: string;
  readonly inUse: string;
}

export function drawCardShape(context: CanvasRenderingContext2D, shape: CardShape): void {
  const { box, kind, flags, colours, background } = shape;
  context.lineWidth = 1;
  context.strokeStyle = colours.strong;
  if (shape.stacked) drawStack(context, shape);
  const inner = grown(box, -0.5);
  context.beginPath();
  traceCard(context, kind, inner);
  context.fillStyle = background;
  context.fill();
  if ((flags & recordFlag.lazy) === 0) {
    context.fillStyle = colours.ground;
    context.fill();
  }
  const dotted = (flags & recordFlag.mutable) !== 0;
  context.setLineDash(dotted ? [1.5, 3] : []);
  context.lineWidth = dotted ? 1.6 : 1;
  context.stroke();
  context.setLineDash([]);
  if ((flags & recordFlag.shared) !== 0) {
    context.beginPath();
    traceCard(context, kind, grown(inner, 2.5));
    context.lineWidth = 1;
    context.stroke();
  }
  context.fillStyle = colours.strong;
  context.beginPath();
  traceEdge(context, kind, box);
  context.fill();
  if (kind === kindCode.merge) {
    context.beginPath();
    traceBracket(context, box);
    context.lineWidth = Math.max(1.2, box.height * 0.045);
    context.stroke();
  }
  drawSizeBar(context, shape);
  if ((flags & recordFlag.inUse) !== 0) drawRing(context, shape);
}

function drawStack(context: CanvasRenderingContext2D, { box, colours, background }: CardShape): void {
  const step = Math.max(2, box.height * 0.075);
  for (const depth of [2, 1]) {
    const behind = grown({ ...box, left: box.left + depth * step, top: box.top + depth * step }, -0.5);
    context.beginPath();
    traceCard(context, kindCode.layer, behind);
    context.fillStyle = background;
    context.fill();
    context.fillStyle = colours.ground;
    context.fill();
    context.stroke();
  }
}

/** Padding at the left and right of what stands on a card. */
function padding(height: number): number {
  return Math.max(4, height * 0.17);
}

/** Space at the foot of a card for the size bar; on low cards it lies on the lower edge. */
function barSpace(height: number): number {
  return height < 24 ? 3 : Math.max(2, height * 0.065) + Math.max(3, height * 0.1) + 1;
}

function drawSizeBar(
  context: CanvasRenderingContext2D,
  { box, kind, flags, barLength, colours }: CardShape,
): void {
  if (barLength === 0) return;
  const left = box.left + edgeWidth(kind, box.height) + padding(box.height);
  const room = box.left + box.width - padding(box.height) - left;
  const thickness = Math.max(2, box.height * 0.065);
  const top = box.top + box.height - barSpace(box.height) + 1;
  const isHollow = (flags & recordFlag.lazy) !== 0;
  context.fillStyle = colours.strong;
  context.beginPath();
  context.roundRect(left, top, Math.max(thickness, room * barLength), thickness, thickness / 2);
  context.lineWidth = 1;
  if (isHollow) context.stroke();
  else context.fill();
}

/** A ring on the upper right corner. */
function drawRing(context: CanvasRenderingContext2D, { box, background, inUse }: CardShape): void {
  const radius = Math.max(3.5, box.height * 0.13);
  context.beginPath();
  context.arc(box.left + box.width - radius * 0.6, box.top + radius * 0.6, radius, 0, 2 * Math.PI);
  context.fillStyle = background;
  context.fill();
  context.lineWidth = Math.max(1.5, radius * 0.42);
  context.strokeStyle = inUse;
  context.stroke();
}

function drawCardText(frame: Frame, node: number, box: Box, fitter: TextFitter): void {
  const { context, scene, theme, look } = frame;
  const sizes = textSizes(look.view.scale);
  const kind = scene.graph.columns.kinds[scene.shownRecords[node]];
  const inset = padding(box.height);
  const left = box.left + edgeWidth(kind, box.height) + inset;
  const right = box.left + box.width - inset;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.font = `${sizes.title}px ${theme.fontFamily}`;
  const isBoth = sizes.lines === 2;
  const titleY = box.top + (isBoth ? box.height * 0.3 : (box.height - barSpace(box.height) / 2) / 2);
  const glyphsY = isBoth ? box.top + box.height * 0.62 : titleY;
  const glyphs = drawGlyphs(frame, node, right, glyphsY, sizes.second);
  const titleRoom = right - left - (isBoth ? 0 : glyphs);
  context.fillStyle = theme.text;
  context.fillText(fitter.fit(context, cardTitle(scene, node), titleRoom), left, titleY);
  if (!isBoth) return;
  context.font = `${sizes.second}px ${theme.fontFamily}`;
  context.fillStyle = theme.quietText;
  const subtitle = fitter.fit(context, cardSubtitle(scene, node), right - left - glyphs);
  context.fillText(subtitle, left, glyphsY);
}

/** Draws the signs of a node's state from the right; returns the width they take. */
function drawGlyphs(frame: Frame, node: number, right: number, y: number, size: number): number {
  const { context, scene, theme } = frame;
  let taken = 0;
  for (const flag of glyphFlags) {
    if ((scene.flags[node] & flag) === 0) continue;
    const colour = flag === recordFlag.drops ? theme.warning : theme.quietText;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    drawGlyph(context, flag, right - taken - size * 0.4, y, size * 0.9);
    taken += size * 1.15;
  }
  return taken;
}

function outline(frame: Frame, node: number, colour: string, lineWidth: number, distance: number): void {
  const { context, scene } = frame;
  context.beginPath();
  const kind = scene.graph.columns.kinds[scene.shownRecords[node]];
  traceCard(context, kind, grown(cardBox(frame, node), distance));
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.stroke();
}
