import { drawBars } from './drawBars';
import { drawCards } from './drawCards';
import { drawGrounds, drawMarks, drawNames } from './drawComponents';
import { drawInputNumbers, drawLinks } from './drawLinks';
import { TextFitter } from './fitText';
import { makeFrame } from './frame';
import type { Look, Renderer } from './renderer';
import type { Scene } from './scene';
import type { Theme } from './theme';

/**
 * Draws on a 2D canvas. Everything is drawn in CSS pixels of the screen, not of the scene: lines and texts keep their
 * sizes and stay sharp at every scale.
 */
export class CanvasRenderer implements Renderer {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #fitter = new TextFitter();
  #scene: Scene | undefined;
  #theme: Theme | undefined;
  #visible = new Uint32Array(0);

  constructor(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D) {
    this.#canvas = canvas;
    this.#context = context;
  }

  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#visible = new Uint32Array(scene.layout.nodeCount);
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#fitter.clear();
  }

  draw(look: Look): void {
    const context = this.#context;
    this.#fit(look);
    context.setTransform(look.pixelRatio, 0, 0, look.pixelRatio, 0, 0);
    if (this.#theme === undefined) return;
    context.fillStyle = this.#theme.background;
    context.fillRect(0, 0, look.width, look.height);
    if (this.#scene === undefined) return;
    const frame = makeFrame(context, this.#scene, this.#theme, look, this.#visible);
    drawGrounds(frame);
    switch (frame.distance) {
      case 'far':
        drawMarks(frame);
        break;
      case 'middle':
        drawLinks(frame);
        drawBars(frame);
        break;
      case 'near':
        drawLinks(frame);
        drawCards(frame, this.#fitter);
        drawInputNumbers(frame);
        break;
    }
    drawNames(frame, this.#fitter);
  }

  /** Setting a canvas's size clears it and costs time, so only when it changes. */
  #fit({ width, height, pixelRatio }: Look): void {
    const deviceWidth = Math.round(width * pixelRatio);
    const deviceHeight = Math.round(height * pixelRatio);
    if (this.#canvas.width !== deviceWidth) this.#canvas.width = deviceWidth;
    if (this.#canvas.height !== deviceHeight) this.#canvas.height = deviceHeight;
  }
}
