import { formatCountOf } from '../model/format';
import type { PageAction } from '../protocol/messages';
import { DetailsControl } from './detailsControl';
import { Graph } from './graph';
import { GraphView } from './graphView';
import type { HostChannel, HostEvent } from './hostChannel';
import { commandOf, type Command } from './interaction/keys';
import type { LayoutClient } from './layout/layoutClient';
import { PageFrame } from './pageFrame';
import { CanvasRenderer } from './render/canvasRenderer';
import type { Scene } from './render/scene';
import { Stage } from './render/stage';
import { followTheme } from './render/theme';
import { SearchControl } from './searchControl';
import { selectionWords } from './selectionWords';
import type { StateKeeper } from './stateKeeper';
import { StatusControl } from './statusControl';

type GraphEvent = Extract<HostEvent, { type: 'graph' }>;
type SelectEvent = Extract<HostEvent, { type: 'select' }>;

const zoomStep = 1.4;
const usualDetailsWidth = 360;

/** Puts the parts of the page together: what comes from the host, the person and the picture meets here. */
export class Page {
  readonly #channel: HostChannel;
  readonly #keeper: StateKeeper;
  readonly #frame: PageFrame;
  readonly #view: GraphView;
  readonly #stage: Stage;
  readonly #status: StatusControl;
  readonly #details: DetailsControl;
  readonly #search: SearchControl;
  #shown: GraphEvent | undefined;
  #graph: Graph | undefined;
  /** Hits in the reading order of the picture; undefined without a search. */
  #hits: readonly number[] | undefined;
  /** The first selection told by the host, if it is none, does not undo the one that this page brings back. */
  #isGreeted = false;
  /** A selection by the host that came before its graph. */
  #early: SelectEvent | undefined;
  #receivedAt = 0;

  readonly #commands: Readonly<Record<Command, () => void>> = {
    parent: () => this.#view.walk('parent'),
    child: () => this.#view.walk('child'),
    previous: () => this.#view.walk('previous'),
    next: () => this.#view.walk('next'),
    firstRoot: () => this.#view.walk('firstRoot'),
    lastRoot: () => this.#view.walk('lastRoot'),
    open: () => this.#view.open(),
    toggleChain: () => void this.#view.toggleChain(),
    search: () => this.#frame.toolbar.focusSearch(),
    nextHit: () => this.#stepToHit(1),
    previousHit: () => this.#stepToHit(-1),
    fit: () => this.#view.fit(true),
    zoomIn: () => this.#view.zoomBy(zoomStep),
    zoomOut: () => this.#view.zoomBy(1 / zoomStep),
    clear: () => this.#view.clearSelection(),
    help: () => this.#frame.help.open(),
  };

  constructor(root: HTMLElement, channel: HostChannel, client: LayoutClient, keeper: StateKeeper) {
    this.#channel = channel;
    this.#keeper = keeper;
    this.#frame = this.#makeFrame(root);
    const context = this.#frame.canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('This editor gives the page no 2D canvas.');
    this.#stage = new Stage(new CanvasRenderer(this.#frame.canvas, context), () => this.#drawn());
    this.#status = new StatusControl(this.#frame, keeper, {
      onRefresh: () => this.#act('refresh', ''),
      onShowLog: () => this.#act('showLog', ''),
    });
    this.#details = new DetailsControl(channel, this.#frame.details);
    this.#search = new SearchControl(channel, {
      onHits: (records) => this.#showHits(records),
      onProblem: (message) => this.#frame.toolbar.showSearchProblem(message),
    });
    this.#view = new GraphView(this.#frame.graph, this.#stage, client, {
      onSelect: (record) => this.#selected(record),
      onOpen: (record) => this.#act('openJson', this.#idOf(record)),
      onHover: (node, x, y) => this.#hover(node, x, y),
      onViewport: (viewport) => this.#keeper.change({ viewport }),
      onScene: (scene) => this.#sceneChanged(scene),
    });
    this.#frame.graph.addEventListener('keydown', (event) => this.#key(event));
    this.#frame.showDetails(false);
    this.#frame.toolbar.setSearchText(keeper.state.searchText);
    this.#status.showStart();
    followTheme((theme) => {
      this.#stage.setTheme(theme);
      this.#frame.legend.setTheme(theme);
      this.#frame.overview.setTheme(theme);
    });
    addEventListener('pagehide', () => keeper.flush());
  }

  receive(event: HostEvent): void {
    switch (event.type) {
      case 'graph':
        void this.#showGraph(event);
        break;
      case 'state':
        this.#keeper.setCache(event.cache);
        this.#status.showState(event.cache, event.state, this.#shown?.cache.id === event.cache.id);
        break;
      case 'select':
        this.#selectFromHost(event);
        break;
    }
  }

  #makeFrame(root: HTMLElement): PageFrame {
    const { state } = this.#keeper;
    return new PageFrame(
      root,
      {
        toolbar: {
          onSearch: (text) => {
            this.#keeper.change({ searchText: text });
            this.#search.search(text);
          },
          onStep: (direction) => this.#stepToHit(direction),
          onLeaveSearch: () => this.#frame.graph.focus(),
          onFoldAll: () => void this.#view.foldAll(!this.#view.hasFoldedChains),
          onFit: () => this.#view.fit(true),
          onZoom: (direction) => this.#view.zoomBy(zoomStep ** direction),
          onHelp: () => this.#frame.help.open(),
          onDetails: () => this.#toggleDetails(),
        },
        details: {
          onGo: (recordId) => this.#goTo(recordId),
          onCopy: (text) => this.#act('copyText', text),
          onOpenJson: (recordId) => this.#act('openJson', recordId),
          onRevealInTree: (recordId) => this.#act('revealInTree', recordId),
          onRetry: () => this.#showDetails(),
        },
        onOverview: (x, y) => this.#view.centre(x, y),
        onDetailsWidth: (detailsWidth) => this.#keeper.change({ detailsWidth }),
        onLegend: (legendOpen) => this.#keeper.change({ legendOpen }),
      },
      { legendOpen: state.legendOpen, detailsWidth: state.detailsWidth ?? usualDetailsWidth },
    );
  }

  async #showGraph(event: GraphEvent): Promise<void> {
    const { cache, columns, notes } = event;
    this.#keeper.setCache(cache);
    const { viewport, selectedId, expandedIds, detailsOpen } = this.#keeper.state;
    const graph = new Graph(columns);
    this.#shown = event;
    this.#graph = graph;
    this.#receivedAt = performance.now();
    this.#frame.showDetails(columns.count > 0 && detailsOpen);
    try {
      await this.#view.setGraph(graph, {
        viewport,
        selected: selectedId === undefined ? -1 : (graph.indexOf(selectedId) ?? -1),
        expanded: graph.indicesOf(expandedIds),
      });
    } catch (error) {
      this.#channel.log('error', String(error));
      this.#status.showLayoutFailure(error, () => void this.#showGraph(event));
      return;
    }
    if (this.#shown !== event) return;
    const records = formatCountOf(columns.count, 'record');
    this.#frame.graph.ariaLabel = `Graph of ${records} in ${cache.label}. Arrow keys walk, question mark shows all keys.`;
    this.#status.showGraph(cache, columns.count, notes);
    this.#showDetails();
    if (this.#early !== undefined) this.#selectFromHost(this.#early);
    this.#search.search(this.#frame.toolbar.searchText, true);
  }

  #sceneChanged(scene: Scene): void {
    const { toolbar, overview } = this.#frame;
    const { layout, graph } = scene;
    this.#keeper.change({ expandedIds: this.#view.expanded.map((record) => graph.id(record)) });
    toolbar.showFolds(layout.chainFirsts.length > 0, this.#view.hasFoldedChains);
    overview.setScene(scene);
    this.#frame.legend.setScene(scene);
    this.#frame.tooltip.hide();
    if (this.#hits !== undefined) this.#showHits(this.#hits);
  }

  #drawn(): void {
    this.#frame.overview.showView(this.#view.view, this.#view.size);
    if (this.#receivedAt === 0 || this.#view.scene?.graph !== this.#graph) return;
    const milliseconds = Math.round(performance.now() - this.#receivedAt);
    this.#receivedAt = 0;
    const records = formatCountOf(this.#graph?.count ?? 0, 'record');
    this.#channel.log('info', `First picture of ${records} after ${milliseconds} ms.`);
  }

  #selectFromHost(event: SelectEvent): void {
    this.#early = undefined;
    if (this.#graph === undefined || this.#view.scene?.graph !== this.#graph) {
      this.#early = event;
      return;
    }
    const { recordId, reveal } = event;
    const isGreeting = !this.#isGreeted;
    this.#isGreeted = true;
    if (isGreeting && recordId === undefined) return;
    this.#view.select(
      recordId === undefined ? -1 : (this.#graph.indexOf(recordId) ?? -1),
      reveal ? 'seen' : undefined,
    );
    this.#selectionChanged();
  }

  /** The person chose a record in the picture or the page. */
  #selected(record: number): void {
    this.#channel.post({ type: 'select', recordId: record === -1 ? undefined : this.#idOf(record) });
    this.#selectionChanged();
  }

  #selectionChanged(): void {
    const { selected, scene } = this.#view;
    this.#keeper.change({ selectedId: selected === -1 ? undefined : this.#idOf(selected) });
    this.#frame.say(
      selected === -1 || scene === undefined ? 'No record selected' : selectionWords(scene, selected),
    );
    this.#countHits();
    this.#showDetails();
  }

  #goTo(recordId: string): void {
    const record = this.#graph?.indexOf(recordId);
    if (record === undefined) return;
    this.#view.select(record, 'seen');
    this.#selected(record);
  }

  #showDetails(): void {
    if (this.#shown === undefined || this.#graph === undefined) return;
    const { selected } = this.#view;
    if (selected === -1) this.#details.showCache(this.#shown.cache, this.#graph, this.#shown.takenAt);
    else void this.#details.showRecord(this.#idOf(selected));
  }

  #toggleDetails(): void {
    const detailsOpen = !this.#keeper.state.detailsOpen;
    this.#keeper.change({ detailsOpen });
    this.#frame.showDetails(detailsOpen);
  }

  #showHits(records: readonly number[] | undefined): void {
    const layout = this.#view.scene?.layout;
    const known = records?.filter((record) => record < (this.#graph?.count ?? 0));
    this.#hits =
      layout === undefined
        ? known
        : known?.toSorted((a, b) => layout.nodeOfRecord[a] - layout.nodeOfRecord[b] || a - b);
    this.#view.setHits(this.#hits);
    this.#countHits();
  }

  #countHits(): void {
    const place = (this.#hits ?? []).indexOf(this.#view.selected) + 1;
    this.#frame.toolbar.showHits(this.#hits?.length, place);
  }

  #stepToHit(direction: 1 | -1): void {
    const hits = this.#hits ?? [];
    if (hits.length === 0) return;
    const place = hits.indexOf(this.#view.selected);
    const next =
      place === -1 && direction === -1 ? hits.length - 1 : (place + direction + hits.length) % hits.length;
    this.#view.select(hits[next], 'readable');
    this.#selected(hits[next]);
  }

  #hover(node: number, x: number, y: number): void {
    const { scene } = this.#view;
    if (node === -1 || scene === undefined) this.#frame.tooltip.hide();
    else this.#frame.tooltip.show(scene, node, x, y);
  }

  #key(event: KeyboardEvent): void {
    const command = commandOf(event);
    if (command === undefined) return;
    event.preventDefault();
    this.#commands[command]();
  }

  #idOf(record: number): string {
    return this.#graph?.id(record) ?? '';
  }

  #act(action: PageAction, value: string): void {
    this.#channel.post({ type: 'action', action, value });
  }
}
