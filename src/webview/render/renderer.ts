import type { Viewport } from '../../protocol/pageState';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** What stands out in the picture right now; nodes by number, -1 for none. */
export interface Marks {
  readonly selected: number;
  readonly hovered: number;
  /** Nodes that keep their full colour while all others are dimmed; undefined when nothing is dimmed. */
  readonly lit: ReadonlySet<number> | undefined;
  /** 1 for each node with a record that the search found; undefined without a search. */
  readonly hits: Uint8Array | undefined;
}

/** One look at the scene: where from, how large, what stands out. */
export interface Look {
  readonly view: Viewport;
  /** Size of the picture in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for each CSS pixel. */
  readonly pixelRatio: number;
  readonly marks: Marks;
}

/** Draws scenes. Whatever costs time per node happens in `setScene`; `draw` is called for each frame. */
export interface Renderer {
  setScene(scene: Scene): void;
  setTheme(theme: Theme): void;
  draw(look: Look): void;
}
