import { groundMargin, nameMargin } from '../layout/geometry';
import { nameSize, placeNames } from './componentNames';
import { cardBox, opacityOf, type Frame } from './frame';
import type { Box } from './cardShape';
import type { TextFitter } from './fitText';
import { componentName } from './scene';

/** Least size of a card on the screen, so that even from afar something is seen of it, in CSS pixels. */
const leastMark = 1;
const leastStandOut = 5;

/** Radius from which on corners are rounded, in CSS pixels. */
const leastRounded = 2;

/** From afar thousands of cards are seen at once: each is quiet, so that hits and the selected one are not lost. */
const quietMark = 0.65;

/** Draws the quiet shapes behind the cards, one for each component of more than one record. */
export function drawGrounds({ context, scene, theme, look }: Frame): void {
  const { layout, components } = scene;
  const { view } = look;
  const margin = groundMargin * view.scale;
  context.fillStyle = theme.ground;
  context.strokeStyle = theme.outline;
  context.lineWidth = 1;
  for (let component = 0; component < layout.componentCount; component++) {
    if (components.recordCounts[component] === 1) continue;
    const [x, y, width, height] = layout.componentBoxes.subarray(component * 4, component * 4 + 4);
    const left = Math.round(x * view.scale + view.x - margin);
    const top = Math.round((y - nameMargin) * view.scale + view.y);
    const right = Math.round((x + width) * view.scale + view.x + margin);
    const bottom = Math.round((y + height) * view.scale + view.y + margin);
    if (right < 0 || bottom < 0 || left > look.width || top > look.height) continue;
    context.beginPath();
    // A plain rectangle costs a small part of a rounded one, and from afar nobody sees the difference.
    if (margin < leastRounded) context.rect(left, top, right - left, bottom - top);
    else context.roundRect(left, top, right - left, bottom - top, Math.min(8, margin));
    context.fill();
    if (theme.highContrast) context.stroke();
  }
}

/** Draws cards as marks, for when they are too small for anything else. */
export function drawMarks(frame: Frame): void {
  const { context, scene, theme } = frame;
  const { graph } = scene;
  graph.columns.typeNames.forEach((typeName, type) => {
    context.fillStyle = theme.typeColours(typeName).strong;
    for (const node of frame.visible) {
      if (graph.columns.types[scene.shownRecords[node]] !== type) continue;
      context.globalAlpha = quietMark * opacityOf(frame, node);
      mark(frame, node, leastMark);
    }
  });
  context.globalAlpha = 1;
  standOut(frame);
}

function mark(frame: Frame, node: number, least: number): void {
  const { left, top, width, height } = cardBox(frame, node);
  frame.context.fillRect(left, top, Math.max(least, width), Math.max(least, height));
}

/** Hits and the selected card, large enough to be found. */
function standOut(frame: Frame): void {
  const { context, theme, look, visible } = frame;
  const { hits, selected, hovered } = look.marks;
  if (hits !== undefined) {
    context.fillStyle = theme.hit;
    for (const node of visible) if (hits[node] === 1) mark(frame, node, leastStandOut);
  }
  context.fillStyle = theme.focus;
  for (const node of [hovered, selected]) if (node !== -1) mark(frame, node, leastStandOut);
}

/** Whether a name would lie upon the card that the person looks at. */
function hidesFocus(frame: Frame, { left, top, width, height }: Box): boolean {
  const { selected, hovered } = frame.look.marks;
  return [selected, hovered].some((node) => {
    if (node === -1) return false;
    const card = cardBox(frame, node);
    const beside = card.left > left + width || card.left + card.width < left;
    return !beside && card.top <= top + height && card.top + card.height >= top;
  });
}

/** Writes the components' names with their records and bytes. */
export function drawNames(frame: Frame, fitter: TextFitter): void {
  const { context, scene, theme, look } = frame;
  context.font = `${nameSize}px ${theme.fontFamily}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { component, box, upon } of placeNames(scene.layout, look.view, look.width, look.height)) {
    if (frame.distance === 'near' && scene.components.recordCounts[component] === 1) continue;
    if (upon && hidesFocus(frame, box)) continue;
    const text = fitter.fit(context, componentName(scene, component), box.width - 4);
    const middle = box.top + box.height / 2;
    if (upon || theme.highContrast) {
      context.globalAlpha = upon ? 0.85 : 1;
      context.fillStyle = theme.background;
      const margin = upon ? 0 : 3;
      context.fillRect(box.left - margin, box.top, fitter.width(context, text) + 8 - margin, box.height);
      context.globalAlpha = 1;
    }
    context.fillStyle = upon ? theme.text : theme.quietText;
    context.fillText(text, box.left + (upon ? 4 : 0), middle);
  }
}
