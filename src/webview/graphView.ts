import type { Viewport } from '../protocol/pageState';
import type { Graph } from './graph';
import { bringIntoView, fitArea, zoomAround, type Area, type Size } from './interaction/fit';
import { nodeAt } from './interaction/hitTest';
import { walk, type Step } from './interaction/navigation';
import { listenToPointer } from './interaction/pointer';
import { mayMove, ViewportControl } from './interaction/viewport';
import { card } from './layout/geometry';
import type { LayoutClient } from './layout/layoutClient';
import { Highlight } from './render/highlight';
import { distanceAt, readableScale } from './render/distance';
import type { Stage } from './render/stage';
import { makeScene, type Scene } from './render/scene';

/** What the view tells of. Records by index, -1 for none. */
export interface GraphViewEvents {
  /** The person chose another record. */
  onSelect(record: number): void;
  /** The person asked for a record's document. */
  onOpen(record: number): void;
  /** The pointer came to another node (-1: left all), at a point of the view. */
  onHover(node: number, x: number, y: number): void;
  /** Another part is seen; undefined while the whole is fitted and follows the size of the view. */
  onViewport(view: Viewport | undefined): void;
  /** Another scene is shown: a new graph, or chains folded or unfolded. */
  onScene(scene: Scene): void;
}

/** `seen`: moves no more than it takes, and comes closer only from afar. `readable`: comes close enough to read. */
export type Reveal = 'seen' | 'readable';

/** How a graph is shown at first. */
export interface InitialView {
  /** Absent: the whole graph is fitted. */
  readonly viewport?: Viewport;
  readonly selected: number;
  /** First records of the chains that are open. */
  readonly expanded: readonly number[];
}

const mostScale = 3;
/** What is fitted is never shown larger than this. */
const mostFittedScale = 1;

/** The picture of a graph and what can be done in it: looking around, choosing records, folding chains. */
export class GraphView {
  readonly #element: HTMLElement;
  readonly #events: GraphViewEvents;
  readonly #client: LayoutClient;
  readonly #stage: Stage;
  readonly #viewport: ViewportControl;
  readonly #highlight: Highlight;
  readonly #expanded = new Set<number>();
  #graph: Graph | undefined;
  #scene: Scene | undefined;
  #selected = -1;
  /** The whole is shown, and stays so when the size changes. */
  #isFitted = true;

  constructor(element: HTMLElement, stage: Stage, client: LayoutClient, events: GraphViewEvents) {
    this.#element = element;
    this.#stage = stage;
    this.#client = client;
    this.#events = events;
    this.#highlight = new Highlight((marks) => stage.setMarks(marks));
    this.#viewport = new ViewportControl(element, (view, byPointer) => {
      if (byPointer) this.#isFitted = false;
      stage.setView(view);
      events.onViewport(this.#isFitted ? undefined : view);
    });
    listenToPointer(element, {
      onMove: (x, y) => this.#hover(this.#nodeAt(x, y), x, y),
      onLeave: () => this.#hover(-1, 0, 0),
      onClick: (x, y) => this.#click(this.#nodeAt(x, y)),
      onDoubleClick: (x, y) => this.#openNode(this.#nodeAt(x, y)),
    });
    new ResizeObserver(() => this.#resize()).observe(element);
    this.#resize();
  }

  get scene(): Scene | undefined {
    return this.#scene;
  }

  get view(): Viewport {
    return this.#viewport.view;
  }

  /** Index of the selected record, -1 for none. */
  get selected(): number {
    return this.#selected;
  }

  /** First records of the chains that are open. */
  get expanded(): readonly number[] {
    return [...this.#expanded];
  }

  get size(): Size {
    return { width: this.#element.clientWidth, height: this.#element.clientHeight };
  }

  /**
   * Shows a graph as soon as it is laid out.
   * @throws Error when it cannot be laid out
   */
  async setGraph(graph: Graph, initial: InitialView): Promise<void> {
    this.#graph = graph;
    this.#expanded.clear();
    for (const record of initial.expanded) this.#expanded.add(record);
    const layout = await this.#client.layOut(graph.columns, this.expanded);
    if (layout === undefined || this.#graph !== graph) return;
    this.#selected = initial.selected;
    this.#show(makeScene(graph, layout));
    if (initial.viewport === undefined) this.fit(false);
    else this.#moveTo(initial.viewport, false);
  }

  /** Selects a record (-1: none), and brings its card into view when asked to. */
  select(record: number, reveal?: Reveal): void {
    this.#selected = record;
    const node = this.#nodeOf(record);
    this.#highlight.select(node);
    if (reveal !== undefined && node !== -1) this.#reveal(node, reveal);
  }

  /** Marks the records that a search found; undefined ends the search. */
  setHits(records: readonly number[] | undefined): void {
    this.#highlight.setHits(records);
  }

  walk(step: Step): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    const node = walk(scene.layout, this.#nodeOf(this.#selected), step);
    if (node === -1) return;
    this.#choose(node);
    this.#reveal(node, 'seen');
  }

  /** Opens the document of the selected record; unfolds the chain if it is in a folded one. */
  open(): void {
    this.#openNode(this.#nodeOf(this.#selected));
  }

  clearSelection(): void {
    if (this.#selected === -1) return;
    this.#choose(-1);
  }

  /** Folds or unfolds the chain of the selected record. */
  async toggleChain(): Promise<void> {
    const layout = this.#scene?.layout;
    if (layout === undefined || this.#selected === -1) return;
    const chain = layout.chainOfRecord[this.#selected];
    if (chain === -1) return;
    const first = layout.chainFirsts[chain];
    const folds = this.#expanded.delete(first);
    if (!folds) {
      this.#expanded.add(first);
      // Its steps are walked from the first one, which comes where the stack was.
      this.#chooseRecord(first);
    }
    await this.#layOutAgain(this.#selected);
  }

  get hasFoldedChains(): boolean {
    return (this.#scene?.layout.chainFirsts.length ?? 0) > this.#expanded.size;
  }

  async foldAll(fold: boolean): Promise<void> {
    const layout = this.#scene?.layout;
    if (layout === undefined) return;
    this.#expanded.clear();
    if (!fold) for (const first of layout.chainFirsts) this.#expanded.add(first);
    await this.#layOutAgain(undefined);
    this.fit(true);
  }

  fit(animated: boolean): void {
    const layout = this.#scene?.layout;
    if (layout === undefined) return;
    this.#isFitted = true;
    const area = { x: 0, y: 0, width: layout.width, height: layout.height };
    this.#viewport.moveTo(fitArea(area, this.size, mostFittedScale), animated);
  }

  zoomBy(factor: number): void {
    const { width, height } = this.size;
    const scale = this.#viewport.clampScale(this.view.scale * factor);
    this.#moveTo(zoomAround(this.view, scale, width / 2, height / 2), true);
  }

  /** Brings a point of the scene to the middle of the screen. */
  centre(x: number, y: number): void {
    const { width, height } = this.size;
    const { scale } = this.view;
    this.#moveTo({ scale, x: width / 2 - x * scale, y: height / 2 - y * scale }, false);
  }

  #moveTo(view: Viewport, animated: boolean): void {
    this.#isFitted = false;
    this.#viewport.moveTo(view, animated);
  }

  #show(scene: Scene): void {
    this.#scene = scene;
    const { width, height } = scene.layout;
    this.#viewport.setBounds({ width, height }, this.#leastScale(), mostScale);
    this.#stage.setScene(scene);
    this.#highlight.setScene(scene, this.#nodeOf(this.#selected));
    this.#events.onScene(scene);
  }

  /** Half the scale at which everything fits, so that there is always a way to see the whole. */
  #leastScale(): number {
    const layout = this.#scene?.layout;
    if (layout === undefined) return 0.01;
    const area = { x: 0, y: 0, width: layout.width, height: layout.height };
    return fitArea(area, this.size, mostFittedScale).scale / 2;
  }

  /** Lays out with other folds; the card of `anchor` stays where it is on the screen. */
  async #layOutAgain(anchor: number | undefined): Promise<void> {
    const before = this.#scene;
    if (this.#graph === undefined || before === undefined) return;
    const layout = await this.#client.layOut(this.#graph.columns, this.expanded);
    if (layout === undefined || this.#scene !== before) return;
    const scene = makeScene(before.graph, layout);
    const view = this.view;
    this.#show(scene);
    if (anchor === undefined) return;
    const [from, to] = [before, scene].map((it) => this.#areaOf(it, it.layout.nodeOfRecord[anchor]));
    const moved = {
      scale: view.scale,
      x: view.x + (from.x - to.x) * view.scale,
      y: view.y + (from.y - to.y) * view.scale,
    };
    this.#moveTo(moved, false);
    if (mayMove()) this.#stage.moveFrom(before, view);
  }

  #reveal(node: number, reveal: Reveal): void {
    if (this.#scene === undefined) return;
    const isReadable = reveal === 'readable' || distanceAt(this.view.scale) === 'far';
    const leastScale = isReadable ? readableScale : 0;
    const area = this.#areaOf(this.#scene, node);
    const { width, height } = this.size;
    const { view } = this;
    if (view.scale >= leastScale) {
      this.#moveTo(bringIntoView(view, area, this.size), true);
      return;
    }
    const x = width / 2 - (area.x + area.width / 2) * leastScale;
    const y = height / 2 - (area.y + area.height / 2) * leastScale;
    this.#moveTo({ scale: leastScale, x, y }, true);
  }

  #areaOf({ layout }: Scene, node: number): Area {
    return { x: layout.x[node], y: layout.y[node], width: card.width, height: card.height };
  }

  #nodeOf(record: number): number {
    return record === -1 ? -1 : (this.#scene?.layout.nodeOfRecord[record] ?? -1);
  }

  #nodeAt(x: number, y: number): number {
    return this.#scene === undefined ? -1 : nodeAt(this.#scene.layout, this.view, x, y);
  }

  #hover(node: number, x: number, y: number): void {
    if (!this.#highlight.hover(node)) return;
    this.#element.classList.toggle('over-card', node !== -1);
    this.#events.onHover(node, x, y);
  }

  #click(node: number): void {
    this.#element.focus();
    this.#choose(node);
  }

  #choose(node: number): void {
    this.#chooseRecord(node === -1 || this.#scene === undefined ? -1 : this.#scene.shownRecords[node]);
  }

  #chooseRecord(record: number): void {
    this.select(record);
    this.#events.onSelect(record);
  }

  #openNode(node: number): void {
    if (node === -1 || this.#scene === undefined) return;
    if (this.#scene.recordCounts[node] > 1) {
      this.#choose(node);
      void this.toggleChain();
    } else this.#events.onOpen(this.#scene.shownRecords[node]);
  }

  #resize(): void {
    this.#stage.setSize(this.size);
    this.#viewport.setLeastScale(this.#leastScale());
    if (this.#isFitted) this.fit(false);
  }
}
