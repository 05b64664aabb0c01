import { neighbours } from './nodeLinks';
import type { Marks } from './renderer';
import type { Scene } from './scene';

/** How long the pointer rests on a card before the others are dimmed, in milliseconds: passing over is no reason. */
const hoverPatience = 250;

/** Keeps what stands out in the picture: selection, hover, hits; works out which cards stay lit. */
export class Highlight {
  readonly #onChange: (marks: Marks) => void;
  #scene: Scene | undefined;
  #selected = -1;
  #hovered = -1;
  #restsOn = -1;
  #hitRecords: readonly number[] | undefined;
  #hits: Uint8Array | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: (marks: Marks) => void) {
    this.#onChange = onChange;
  }

  setScene(scene: Scene, selected: number): void {
    this.#scene = scene;
    this.#selected = selected;
    this.#hovered = -1;
    this.#restsOn = -1;
    this.#findHits();
    this.#tell();
  }

  select(node: number): void {
    this.#selected = node;
    this.#tell();
  }

  /** @returns whether the pointer is on another node than before */
  hover(node: number): boolean {
    if (node === this.#hovered) return false;
    this.#hovered = node;
    this.#restsOn = -1;
    clearTimeout(this.#timer);
    if (node !== -1) {
      this.#timer = setTimeout(() => {
        this.#restsOn = node;
        this.#tell();
      }, hoverPatience);
    }
    this.#tell();
    return true;
  }

  setHits(records: readonly number[] | undefined): void {
    this.#hitRecords = records;
    this.#findHits();
    this.#tell();
  }

  #findHits(): void {
    const scene = this.#scene;
    this.#hits = undefined;
    if (scene === undefined || this.#hitRecords === undefined) return;
    this.#hits = new Uint8Array(scene.layout.nodeCount);
    for (const record of this.#hitRecords) this.#hits[scene.layout.nodeOfRecord[record]] = 1;
  }

  #tell(): void {
    this.#onChange({
      selected: this.#selected,
      hovered: this.#hovered,
      lit: this.#lit(),
      hits: this.#hits,
    });
  }

  #lit(): ReadonlySet<number> | undefined {
    const scene = this.#scene;
    if (scene === undefined || (this.#selected === -1 && this.#restsOn === -1)) return undefined;
    const lit = new Set<number>();
    for (const node of [this.#selected, this.#restsOn]) {
      if (node === -1) continue;
      for (const near of neighbours(scene.links, scene.layout, node)) lit.add(near);
    }
    return lit;
  }
}
