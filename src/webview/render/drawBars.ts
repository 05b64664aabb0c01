import { recordFlag } from '../../protocol/graphColumns';
import { kindCode } from './cardShape';
import { cardBox, grown, opacityOf, type Frame } from './frame';
import type { TypeColours } from './theme';

/** Draws cards that are too small for text: a ground in the type's colour, on it a bar for the size. */
export function drawBars(frame: Frame): void {
  const { context, scene, theme, look } = frame;
  const { graph } = scene;
  graph.columns.typeNames.forEach((typeName, type) => {
    const colours = theme.typeColours(typeName);
    for (const node of frame.visible) {
      if (graph.columns.types[scene.shownRecords[node]] !== type) continue;
      context.globalAlpha = opacityOf(frame, node);
      drawBar(frame, node, colours);
    }
  });
  context.globalAlpha = 1;
  const { hits, hovered, selected } = look.marks;
  if (hits !== undefined)
    for (const node of frame.visible) if (hits[node] === 1) outline(frame, node, theme.hit, 1.5);
  if (hovered !== -1) outline(frame, hovered, theme.focus, 1.5);
  if (selected !== -1) outline(frame, selected, theme.focus, 2.5);
}

function drawBar(frame: Frame, node: number, colours: TypeColours): void {
  const { context, scene, theme } = frame;
  const { left, top, width, height } = cardBox(frame, node);
  const flags = scene.flags[node];
  const hollow = (flags & recordFlag.lazy) !== 0;
  context.fillStyle = hollow ? theme.background : colours.bar;
  context.fillRect(left, top, width, height);
  context.fillStyle = colours.strong;
  const kind = scene.graph.columns.kinds[scene.shownRecords[node]];
  if (kind === kindCode.base) context.fillRect(left, top, Math.max(2, height * 0.3), height);
  const bar = scene.barLengths[node] * width;
  const thickness = Math.max(1, Math.round(height * 0.34));
  context.fillRect(left, top + height - thickness, bar, thickness);
  if (hollow || theme.highContrast) {
    context.strokeStyle = colours.strong;
    context.lineWidth = 1;
    context.setLineDash((flags & recordFlag.mutable) === 0 ? [] : [2, 2]);
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    context.setLineDash([]);
  }
  if (scene.recordCounts[node] > 1) {
    context.fillRect(left + 2, top + height + 1, width - 2, 1);
    context.fillRect(left + 4, top + height + 3, width - 4, 1);
  }
}

function outline(frame: Frame, node: number, colour: string, lineWidth: number): void {
  const { context } = frame;
  const { left, top, width, height } = grown(cardBox(frame, node), lineWidth / 2 + 1);
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.strokeRect(left, top, width, height);
}
