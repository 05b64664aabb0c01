/** What measuring needs of a canvas. */
export type TextMeasure = Pick<CanvasRenderingContext2D, 'font' | 'measureText'>;

const ellipsis = '…';
/** Remembered texts; more than fit on any screen, so that a frame rarely measures. */
const mostRemembered = 4000;

/** Cuts texts to a width with an ellipsis, and remembers the results. */
export class TextFitter {
  readonly #fitted = new Map<string, string>();
  readonly #widths = new Map<string, number>();

  /** The longest beginning of `text` that is at most `width` CSS pixels wide in the context's font; may be empty. */
  fit(context: TextMeasure, text: string, width: number): string {
    // Widths in steps, so that zooming finds most texts remembered.
    const room = Math.floor(width / 4) * 4;
    const key = `${context.font}|${room}|${text}`;
    const known = this.#fitted.get(key);
    if (known !== undefined) return known;
    const fitted = this.#cut(context, text, room);
    remember(this.#fitted, key, fitted);
    return fitted;
  }

  /** Width of `text` in CSS pixels. */
  width(context: TextMeasure, text: string): number {
    const key = `${context.font}|${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const { width } = context.measureText(text);
    remember(this.#widths, key, width);
    return width;
  }

  /** Forgets everything: the font behind the same name may be another now. */
  clear(): void {
    this.#fitted.clear();
    this.#widths.clear();
  }

  #cut(context: TextMeasure, text: string, width: number): string {
    const whole = this.width(context, text);
    if (whole <= width) return text;
    let fits = 0;
    let tooLong = text.length;
    let guess = Math.floor((text.length * width) / whole);
    while (tooLong - fits > 1) {
      guess = Math.min(tooLong - 1, Math.max(fits + 1, guess));
      const cut = withEllipsis(text, guess);
      if (context.measureText(cut).width <= width) fits = guess;
      else tooLong = guess;
      guess = fits === guess ? guess + 2 : guess - 2;
      if (guess <= fits || guess >= tooLong) guess = (fits + tooLong) >> 1;
    }
    return fits === 0 ? '' : withEllipsis(text, fits);
  }
}

function withEllipsis(text: string, length: number): string {
  return `${text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}${ellipsis}`;
}

/** Forgets the older half when full. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= mostRemembered) {
    let surplus = mostRemembered / 2;
    for (const old of map.keys()) {
      if (surplus-- === 0) break;
      map.delete(old);
    }
  }
  map.set(key, value);
}
