import { card } from '../layout/geometry';

/** How much of a card can be told at a scale: its whole component only, a bar, or text. */
export type Distance = 'far' | 'middle' | 'near';

/** Card heights on the screen, in CSS pixels, from which on there are bars, one line of text, and two lines. */
const barHeight = 4;
const oneLineHeight = 17;
const twoLinesHeight = 35;

export function distanceAt(scale: number): Distance {
  const height = card.height * scale;
  return height < barHeight ? 'far' : height < oneLineHeight ? 'middle' : 'near';
}

/** Smallest scale at which cards carry both lines of text. */
export const readableScale = twoLinesHeight / card.height;

/** Sizes of a card's text at a scale, in CSS pixels; never below what can be read. */
export function textSizes(scale: number): { title: number; second: number; lines: 1 | 2 } {
  const height = card.height * scale;
  const lines = height < twoLinesHeight ? 1 : 2;
  return {
    title: Math.round(Math.min(20, Math.max(11, height * 0.27))),
    second: Math.round(Math.min(17, Math.max(11, height * 0.23))),
    lines,
  };
}
