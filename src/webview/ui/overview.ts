import type { Viewport } from '../../protocol/pageState';
import type { Size } from '../interaction/fit';
import { card } from '../layout/geometry';
import type { Scene } from '../render/scene';
import type { Theme } from '../render/theme';
import { element } from './dom';

/** Smaller graphs are found one's way in without it. */
const leastNodes = 200;

/** Greatest size in CSS pixels, and as a share of the screen. */
const largest: Size = { width: 190, height: 140 };
const largestShare = 0.3;
const margin = 6;

/**
 * The whole graph in small, with a frame around what the screen shows; click or drag to go there. Hidden while the
 * screen shows everything anyway. The cards are drawn once for each scene, the frame for each view. For the pointer
 * only: the keyboard has its own ways.
 */
export class Overview {
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', {});
  readonly #picture = element('canvas', {});
  #scene: Scene | undefined;
  #theme: Theme | undefined;
  #scale = 1;
  #isDrawn = false;
  #drawnFor: Size = { width: 0, height: 0 };

  /** @param onGo told of the point of the scene that shall come to the middle */
  constructor(onGo: (x: number, y: number) => void) {
    this.element = element('div', { className: 'overview', ariaHidden: 'true', hidden: true }, this.#canvas);
    const go = (event: PointerEvent) => {
      const { left, top } = this.#canvas.getBoundingClientRect();
      onGo((event.clientX - left - margin) / this.#scale, (event.clientY - top - margin) / this.#scale);
    };
    this.#canvas.addEventListener('pointerdown', (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.#canvas.addEventListener('pointermove', (event) => {
      if (this.#canvas.hasPointerCapture(event.pointerId)) go(event);
    });
  }

  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#isDrawn = false;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#isDrawn = false;
  }

  /** Shows what part of the scene is seen. */
  showView(view: Viewport, screen: Size): void {
    const scene = this.#scene;
    const theme = this.#theme;
    if (scene === undefined || theme === undefined) return;
    this.element.hidden = scene.layout.nodeCount < leastNodes || isAllSeen(scene, view, screen);
    if (this.element.hidden) return;
    if (!this.#isDrawn || !sameSize(this.#drawnFor, screen)) this.#drawPicture(scene, theme, screen);
    this.#drawFrame(view, screen, theme);
  }

  #drawFrame(view: Viewport, screen: Size, theme: Theme): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const { width, height } = this.#canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.#picture, 0, 0);
    context.scale(devicePixelRatio, devicePixelRatio);
    const clip = (value: number, most: number) => Math.min(most - 1, Math.max(1, value));
    const toX = (x: number) => clip(margin + x * this.#scale, width / devicePixelRatio);
    const toY = (y: number) => clip(margin + y * this.#scale, height / devicePixelRatio);
    const left = toX(-view.x / view.scale);
    const top = toY(-view.y / view.scale);
    const right = toX((screen.width - view.x) / view.scale);
    const bottom = toY((screen.height - view.y) / view.scale);
    context.globalAlpha = 0.6;
    context.fillStyle = theme.background;
    context.beginPath();
    context.rect(0, 0, width, height);
    context.rect(left, top, right - left, bottom - top);
    context.fill('evenodd');
    context.globalAlpha = 1;
    context.strokeStyle = theme.focus;
    context.lineWidth = 1.5;
    context.strokeRect(left, top, right - left, bottom - top);
  }

  #drawPicture({ layout, graph, shownRecords }: Scene, theme: Theme, screen: Size): void {
    this.#isDrawn = true;
    this.#drawnFor = screen;
    const room = {
      width: Math.min(largest.width, screen.width * largestShare) - 2 * margin,
      height: Math.min(largest.height, screen.height * largestShare) - 2 * margin,
    };
    this.#scale = Math.min(room.width / layout.width, room.height / layout.height);
    const width = layout.width * this.#scale + 2 * margin;
    const height = layout.height * this.#scale + 2 * margin;
    for (const canvas of [this.#canvas, this.#picture]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    const context = this.#picture.getContext('2d');
    if (context === null) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    const markWidth = Math.max(1, card.width * this.#scale);
    const markHeight = Math.max(1, card.height * this.#scale);
    for (let node = 0; node < layout.nodeCount; node++) {
      context.fillStyle = theme.typeColours(graph.typeName(shownRecords[node])).strong;
      const x = margin + layout.x[node] * this.#scale;
      context.fillRect(x, margin + layout.y[node] * this.#scale, markWidth, markHeight);
    }
  }
}

function isAllSeen({ layout }: Scene, view: Viewport, screen: Size): boolean {
  const right = layout.width * view.scale + view.x;
  const bottom = layout.height * view.scale + view.y;
  return view.x >= 0 && view.y >= 0 && right <= screen.width && bottom <= screen.height;
}

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
