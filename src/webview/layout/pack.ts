export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Packed {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Packs boxes into a strip that is `limit` high, from left to right: broad boxes first, each as far left as there is
 * room for it, and of equal places into the highest. Only a box that is higher than the strip makes the strip higher.
 * Costs the number of boxes times the number of steps in the right edge of what is packed.
 * @param gap free space between boxes
 */
export function packInStrip(boxes: readonly Box[], limit: number, gap: { x: number; y: number }): Packed {
  const x = new Float32Array(boxes.length);
  const y = new Float32Array(boxes.length);
  const order = Uint32Array.from(boxes, (_, i) => i);
  order.sort((a, b) => boxes[b].width - boxes[a].width || boxes[b].height - boxes[a].height || a - b);
  const stripHeight = boxes.reduce((most, box) => Math.max(most, box.height), limit) + gap.y;
  const edge = new RightEdge(stripHeight);
  let width = 0;
  let height = 0;
  for (const i of order) {
    const box = boxes[i];
    const place = edge.place(box.height + gap.y, box.width + gap.x);
    x[i] = place.x;
    y[i] = place.y;
    width = Math.max(width, place.x + box.width);
    height = Math.max(height, place.y + box.height);
  }
  return { x, y, width, height };
}

/** The right edge of what is packed: a staircase of steps from top to bottom, each so far out from its top on. */
class RightEdge {
  readonly #tops = [0];
  readonly #outs = [0];

  constructor(readonly height: number) {}

  /** Finds the place that is furthest left for a box of this height and moves the edge out there by its width. */
  place(height: number, width: number): { x: number; y: number } {
    let best = { step: 0, x: Number.POSITIVE_INFINITY };
    for (let step = 0; step < this.#tops.length; step++) {
      const bottom = this.#tops[step] + height;
      if (bottom > this.height) break;
      let x = 0;
      for (let i = step; i < this.#tops.length && this.#tops[i] < bottom && x < best.x; i++) {
        x = Math.max(x, this.#outs[i]);
      }
      if (x < best.x) best = { step, x };
    }
    const y = this.#tops[best.step];
    this.#moveOut(best.step, y + height, best.x + width);
    return { x: best.x, y };
  }

  /** Sets the edge to `out` from the top of a step down to `bottom`; what is below of the last step there stays. */
  #moveOut(step: number, bottom: number, out: number): void {
    let last = step;
    while (last + 1 < this.#tops.length && this.#tops[last + 1] < bottom) last++;
    const nextTop = last + 1 < this.#tops.length ? this.#tops[last + 1] : this.height;
    const rest = nextTop > bottom ? [{ top: bottom, out: this.#outs[last] }] : [];
    this.#tops.splice(step + 1, last - step, ...rest.map(({ top }) => top));
    this.#outs.splice(step, last - step + 1, out, ...rest.map((it) => it.out));
  }
}
