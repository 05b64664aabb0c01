import type { Viewport } from '../../protocol/pageState';
import { card } from '../layout/geometry';
import type { Layout } from '../layout/layoutTypes';

/** From afar cards are smaller than a pointer can meet; this far beside one still counts, in CSS pixels. */
const reach = 4;

/** The node under a point of the screen, or the nearest one within reach; -1 when there is none. Linear. */
export function nodeAt(layout: Layout, view: Viewport, screenX: number, screenY: number): number {
  const x = (screenX - view.x) / view.scale;
  const y = (screenY - view.y) / view.scale;
  let nearest = -1;
  let least = reach / view.scale;
  for (let node = 0; node < layout.nodeCount; node++) {
    const dx = Math.max(layout.x[node] - x, x - layout.x[node] - card.width, 0);
    const dy = Math.max(layout.y[node] - y, y - layout.y[node] - card.height, 0);
    const distance = Math.max(dx, dy);
    if (distance === 0) return node;
    if (distance < least) {
      least = distance;
      nearest = node;
    }
  }
  return nearest;
}
