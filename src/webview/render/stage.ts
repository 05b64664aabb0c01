import type { Viewport } from '../../protocol/pageState';
import type { Size } from '../interaction/fit';
import { transition } from './motion';
import type { Marks, Renderer } from './renderer';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** Length of the motion from one scene to the next, in milliseconds. */
const motion = 200;

const noMarks: Marks = { selected: -1, hovered: -1, lit: undefined, hits: undefined };

/** Owns the frame loop: collects changes and has the renderer draw at most once for each frame, and not when nothing changed. */
export class Stage {
  readonly #renderer: Renderer;
  readonly #onDrawn: () => void;
  #view: Viewport = { x: 0, y: 0, scale: 1 };
  #marks = noMarks;
  #size: Size = { width: 0, height: 0 };
  #scene: Scene | undefined;
  #frame = 0;
  #moving: { start: number; sceneAt: (share: number) => Scene; from: Viewport } | undefined;

  /** @param onDrawn called after each frame */
  constructor(renderer: Renderer, onDrawn: () => void) {
    this.#renderer = renderer;
    this.#onDrawn = onDrawn;
  }

  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#moving = undefined;
    this.#renderer.setScene(scene);
    this.#marks = noMarks;
    this.#request();
  }

  setTheme(theme: Theme): void {
    this.#renderer.setTheme(theme);
    this.#request();
  }

  setView(view: Viewport): void {
    this.#view = view;
    this.#request();
  }

  setMarks(marks: Marks): void {
    this.#marks = marks;
    this.#request();
  }

  setSize(size: Size): void {
    this.#size = size;
    this.#request();
  }

  /** Lets the cards go from their places in an earlier scene to those of the present one. */
  moveFrom(before: Scene, view: Viewport): void {
    if (this.#scene === undefined) return;
    const sceneAt = transition(before, this.#scene);
    if (sceneAt === undefined) return;
    this.#moving = { start: performance.now(), sceneAt, from: view };
    this.#request();
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now: number): void {
    this.#frame = 0;
    const { width, height } = this.#size;
    if (width === 0 || height === 0) return;
    this.#renderer.draw({
      view: this.#move(now),
      width,
      height,
      pixelRatio: devicePixelRatio,
      marks: this.#marks,
    });
    this.#onDrawn();
  }

  /** Sets the scene of this moment of a motion; gives the view that belongs to it. */
  #move(now: number): Viewport {
    if (this.#moving === undefined) return this.#view;
    const { start, sceneAt, from } = this.#moving;
    const time = Math.min(1, Math.max(0, (now - start) / motion));
    const share = 1 - (1 - time) ** 3;
    this.#renderer.setScene(sceneAt(share));
    if (time === 1) this.#moving = undefined;
    else this.#request();
    return {
      ...this.#view,
      x: from.x + (this.#view.x - from.x) * share,
      y: from.y + (this.#view.y - from.y) * share,
    };
  }
}
