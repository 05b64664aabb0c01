import { recordFlag } from '../../protocol/graphColumns';

/** Small signs at the right of a card, in the order in which they stand there. */
export const glyphFlags = [recordFlag.drops, recordFlag.leased, recordFlag.retained] as const;
export type GlyphFlag = (typeof glyphFlags)[number];

/** Draws a sign into a square with this middle; line and fill have the context's colours. */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  flag: GlyphFlag,
  x: number,
  y: number,
  size: number,
): void {
  const unit = size / 10;
  context.lineWidth = Math.max(1, unit * 1.3);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.beginPath();
  switch (flag) {
    case recordFlag.leased:
      context.arc(x, y - unit * 1.2, unit * 2.2, Math.PI, 0);
      context.stroke();
      context.beginPath();
      context.roundRect(x - unit * 3.4, y - unit * 1, unit * 6.8, unit * 5.2, unit);
      context.fill();
      break;
    case recordFlag.retained:
      context.moveTo(x - unit * 2.6, y - unit * 4.2);
      context.lineTo(x + unit * 2.6, y - unit * 4.2);
      context.lineTo(x + unit * 2.6, y + unit * 4.2);
      context.lineTo(x, y + unit * 1.8);
      context.lineTo(x - unit * 2.6, y + unit * 4.2);
      context.closePath();
      context.stroke();
      break;
    case recordFlag.drops:
      context.moveTo(x, y - unit * 4.4);
      context.lineTo(x, y + unit * 1.6);
      context.moveTo(x - unit * 2.8, y - unit * 1);
      context.lineTo(x, y + unit * 1.8);
      context.lineTo(x + unit * 2.8, y - unit * 1);
      context.moveTo(x - unit * 3.6, y + unit * 4.4);
      context.lineTo(x + unit * 3.6, y + unit * 4.4);
      context.stroke();
      break;
  }
  context.lineCap = 'butt';
  context.lineJoin = 'miter';
}
