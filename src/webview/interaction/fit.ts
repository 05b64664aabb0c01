import type { Viewport } from '../../protocol/pageState';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of the scene. */
export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** Free space at the edges of the screen around what is fitted, in CSS pixels. */
const margin = { x: 28, top: 48, bottom: 52 } as const;

/** The view in which an area of the scene fills the screen, at most at `largestScale`. */
export function fitArea(area: Area, screen: Size, largestScale: number): Viewport {
  const room = {
    width: Math.max(40, screen.width - 2 * margin.x),
    height: Math.max(40, screen.height - margin.top - margin.bottom),
  };
  const scale = Math.min(
    room.width / Math.max(1, area.width),
    room.height / Math.max(1, area.height),
    largestScale,
  );
  return {
    scale,
    x: margin.x + (room.width - area.width * scale) / 2 - area.x * scale,
    y: margin.top + (room.height - area.height * scale) / 2 - area.y * scale,
  };
}

/** What is at least this far inside the screen counts as seen, in CSS pixels. */
const seenMargin = 8;
/** How far inside the screen something is brought, in CSS pixels; less on small screens. */
const broughtMargin = 64;

/** The view moved just so far that an area is inside the screen; the same view when it is already. */
export function bringIntoView(view: Viewport, area: Area, screen: Size): Viewport {
  return {
    scale: view.scale,
    x: view.x + shift(area.x * view.scale + view.x, area.width * view.scale, screen.width),
    y: view.y + shift(area.y * view.scale + view.y, area.height * view.scale, screen.height),
  };
}

/** How far to move along one axis what begins at `start`. */
function shift(start: number, length: number, screen: number): number {
  const end = start + length;
  if (start >= seenMargin && end <= screen - seenMargin) return 0;
  const space = Math.min(broughtMargin, screen * 0.15);
  return start < seenMargin || length > screen - 2 * space ? space - start : screen - space - end;
}

/** The view at another scale that keeps the point of the scene in the middle of the screen (or at `x`, `y`) there. */
export function zoomAround(view: Viewport, scale: number, x: number, y: number): Viewport {
  const factor = scale / view.scale;
  return { scale, x: x - (x - view.x) * factor, y: y - (y - view.y) * factor };
}
