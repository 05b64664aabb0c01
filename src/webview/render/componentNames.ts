import type { Viewport } from '../../protocol/pageState';
import { columnGap, nameMargin } from '../layout/geometry';
import type { Layout } from '../layout/layoutTypes';
import type { Box } from './cardShape';
import { distanceAt } from './distance';

/** Size of the names of components in CSS pixels, and the height of the line they need. */
export const nameSize = 11;
const lineHeight = 14;

/** Height of the margin above the cards from which on a name fits into it: its letters are lower than its line. */
const leastMargin = 11;

/** Components at least this high on the screen bear their name upon their cards, where it does not fit above them. */
const leastBearing = { far: 28, middle: 120 } as const;

/** Narrower places are left empty: nothing that tells could stand there. */
const leastWidth = 64;

export interface NamePlace {
  readonly component: number;
  /** Where the name may stand; no other name's place has a point in common with it. */
  readonly box: Box;
  /** Upon the cards of the component, not above them. */
  readonly upon: boolean;
}

/** More components than this on the screen, and names stay within the width of their own. */
const mostWidened = 400;

/**
 * Places for the names of the components that are on the screen: above the cards where a line fits there, else upon
 * those components that are large enough. A name above may run on to the right as far as nothing else stands there;
 * names never overlap each other or another component.
 */
export function placeNames(layout: Layout, view: Viewport, width: number, height: number): NamePlace[] {
  const margin = nameMargin * view.scale;
  const upon = margin < leastMargin;
  const bearing = distanceAt(view.scale) === 'far' ? leastBearing.far : leastBearing.middle;
  const boxes: Box[] = [];
  const places: NamePlace[] = [];
  for (let component = 0; component < layout.componentCount; component++) {
    const box = screenBox(layout, component, view);
    const top = upon ? box.top : box.top - (margin + lineHeight) / 2;
    if (box.left > width || box.left + box.width + columnGap * view.scale < 0) continue;
    if (top > height || box.top + box.height < 0) continue;
    boxes.push(box);
    if (top + lineHeight < 0 || (upon && box.height < bearing)) continue;
    places.push({ component, box: { left: box.left, top, width: box.width, height: lineHeight }, upon });
  }
  const widened = upon || boxes.length > mostWidened ? places : widen(places, boxes, width);
  return widened.filter(({ box }) => box.width >= leastWidth);
}

function screenBox(layout: Layout, component: number, view: Viewport): Box {
  const [x, y, width, height] = layout.componentBoxes.subarray(component * 4, component * 4 + 4);
  return {
    left: x * view.scale + view.x,
    top: y * view.scale + view.y,
    width: width * view.scale,
    height: height * view.scale,
  };
}

/** Lets each place reach to the next thing at its right, or the edge of the screen. */
function widen(places: readonly NamePlace[], boxes: readonly Box[], screenWidth: number): NamePlace[] {
  const obstacles = [...boxes, ...places.map(({ box }) => box)];
  return places.map((place) => {
    const { left, top, height } = place.box;
    let end = Math.max(screenWidth, left + place.box.width);
    for (const other of obstacles) {
      const beside = other.top < top + height && other.top + other.height > top;
      if (beside && other.left > left) end = Math.min(end, other.left);
    }
    return { ...place, box: { ...place.box, width: Math.max(place.box.width, end - left - 8) } };
  });
}
