import { element } from './dom';

const least = 220;
const step = 20;

/** The line between graph and details, by which the panel is made wider or narrower: by pointer or arrow keys. */
export class Splitter {
  readonly element: HTMLElement;
  readonly #panel: HTMLElement;
  readonly #onChange: (width: number) => void;
  #width: number;

  /** @param onChange told of each width that the person chose, in CSS pixels */
  constructor(panel: HTMLElement, width: number, onChange: (width: number) => void) {
    this.#panel = panel;
    this.#onChange = onChange;
    this.#width = width;
    this.element = element('div', {
      className: 'splitter',
      role: 'separator',
      tabIndex: 0,
      ariaLabel: 'Width of the details',
      ariaOrientation: 'vertical',
      ariaValueMin: String(least),
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowLeft') this.#choose(this.#width + step);
      else if (event.key === 'ArrowRight') this.#choose(this.#width - step);
      else return;
      event.preventDefault();
    });
    this.element.addEventListener('pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.element.addEventListener('pointermove', (event) => {
      if (!this.element.hasPointerCapture(event.pointerId)) return;
      this.#choose(this.#panel.getBoundingClientRect().right - event.clientX);
    });
    this.setWidth(width);
  }

  setWidth(width: number): void {
    const most = Math.max(least, Math.round(document.documentElement.clientWidth * 0.7));
    this.#width = Math.round(Math.min(most, Math.max(least, width)));
    this.#panel.style.setProperty('--details-width', `${this.#width}px`);
    this.element.ariaValueMax = String(most);
    this.element.ariaValueNow = String(this.#width);
  }

  #choose(width: number): void {
    this.setWidth(width);
    this.#onChange(this.#width);
  }
}
