import { select, zoom, zoomIdentity, type D3ZoomEvent, type Selection, type ZoomBehavior } from 'd3';
import type { Viewport } from '../../protocol/pageState';
import type { Size } from './fit';

/** Length of a motion that follows a change, in milliseconds. */
const motion = 200;

/** How much of the picture stays on the screen, in CSS pixels. */
const edge = 60;

/** False when the person has asked for less motion. */
export function mayMove(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/**
 * Which part of the scene is seen. Pointer, wheel and pinch move it through d3's zoom behaviour, everything else
 * through `moveTo`. Listeners are told of each change.
 */
export class ViewportControl {
  readonly #target: Selection<HTMLElement, unknown, null, undefined>;
  readonly #behaviour: ZoomBehavior<HTMLElement, unknown>;
  readonly #onChange: (view: Viewport, byPointer: boolean) => void;
  #view: Viewport = { x: 0, y: 0, scale: 1 };
  #motion = 0;

  constructor(element: HTMLElement, onChange: (view: Viewport, byPointer: boolean) => void) {
    this.#onChange = onChange;
    this.#behaviour = zoom<HTMLElement, unknown>()
      .clickDistance(4)
      .on('zoom', ({ transform, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
        const byPointer = sourceEvent !== null;
        if (byPointer) this.stop();
        this.#view = { x: transform.x, y: transform.y, scale: transform.k };
        this.#onChange(this.#view, byPointer);
      });
    this.#target = select(element).call(this.#behaviour).on('dblclick.zoom', null);
  }

  get view(): Viewport {
    return this.#view;
  }

  /** Some of a picture of this size, from the origin of the scene, stays on the screen. */
  setBounds(picture: Size, leastScale: number, mostScale: number): void {
    this.#behaviour.scaleExtent([leastScale, mostScale]);
    this.#behaviour.constrain((transform, [[left, top], [right, bottom]]) => {
      const x = within(transform.x, left + edge - picture.width * transform.k, right - edge);
      const y = within(transform.y, top + edge - picture.height * transform.k, bottom - edge);
      return zoomIdentity.translate(x, y).scale(transform.k);
    });
  }

  setLeastScale(least: number): void {
    const [, most] = this.#behaviour.scaleExtent();
    this.#behaviour.scaleExtent([least, most]);
  }

  /** Keeps the scale between the limits. */
  clampScale(scale: number): number {
    const [least, most] = this.#behaviour.scaleExtent();
    return Math.min(most, Math.max(least, scale));
  }

  /** Goes to a view: at once, or in a short motion when `animated` and the person has not asked for less motion. */
  moveTo(view: Viewport, animated: boolean): void {
    this.stop();
    if (!animated || !mayMove()) this.#set(view);
    else this.#animate(this.#view, view, performance.now());
  }

  stop(): void {
    cancelAnimationFrame(this.#motion);
    this.#motion = 0;
  }

  #animate(from: Viewport, to: Viewport, start: number): void {
    this.#motion = requestAnimationFrame((now) => {
      const share = Math.min(1, Math.max(0, (now - start) / motion));
      this.#set(between(from, to, easeOut(share)));
      if (share < 1) this.#animate(from, to, start);
    });
  }

  #set(view: Viewport): void {
    const transform = zoomIdentity.translate(view.x, view.y).scale(view.scale);
    this.#target.call((selection) => this.#behaviour.transform(selection, transform));
  }
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, Math.min(least, most)), Math.max(least, most));
}

function easeOut(share: number): number {
  return 1 - (1 - share) ** 3;
}

/** A view on the way between two: the scale changes by equal factors, and what both show stays on a straight line. */
function between(from: Viewport, to: Viewport, share: number): Viewport {
  if (share === 1) return to;
  const scale = from.scale * (to.scale / from.scale) ** share;
  // Where the scale changes the way follows it, so that the fixed point of the zoom stays where it is.
  const way = Math.abs(to.scale - from.scale) < 1e-9 ? share : (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way };
}
