import { DetailsPanel, type DetailsEvents } from './ui/detailsPanel';
import { element } from './ui/dom';
import { HelpSheet } from './ui/helpSheet';
import { Legend } from './ui/legend';
import { Banner, Overlay } from './ui/overlay';
import { Overview } from './ui/overview';
import { Splitter } from './ui/splitter';
import { Toolbar, type ToolbarEvents } from './ui/toolbar';
import { Tooltip } from './ui/tooltip';

export interface PageFrameEvents {
  readonly toolbar: ToolbarEvents;
  readonly details: DetailsEvents;
  readonly onOverview: (x: number, y: number) => void;
  readonly onDetailsWidth: (width: number) => void;
  readonly onLegend: (open: boolean) => void;
}

export interface PageFrameOptions {
  readonly legendOpen: boolean;
  readonly detailsWidth: number;
}

/** All elements of the page in their places. */
export class PageFrame {
  readonly canvas = element('canvas', { className: 'graph-canvas', ariaHidden: 'true' });
  /** Takes the keyboard for the graph. */
  readonly graph = element(
    'div',
    { className: 'graph', tabIndex: 0, role: 'application', ariaLabel: 'Graph of records' },
    this.canvas,
  );
  readonly overlay = new Overlay();
  readonly banner = new Banner();
  readonly tooltip = new Tooltip();
  readonly help = new HelpSheet();
  readonly toolbar: Toolbar;
  readonly details: DetailsPanel;
  readonly legend: Legend;
  readonly overview: Overview;
  readonly #splitter: Splitter;
  readonly #busy = element('div', { className: 'busy', role: 'status', hidden: true });
  readonly #live = element('div', { className: 'visually-hidden', ariaLive: 'polite' });

  constructor(root: HTMLElement, events: PageFrameEvents, { legendOpen, detailsWidth }: PageFrameOptions) {
    this.toolbar = new Toolbar(events.toolbar);
    this.details = new DetailsPanel(events.details);
    this.legend = new Legend(legendOpen, events.onLegend);
    this.overview = new Overview(events.onOverview);
    this.#splitter = new Splitter(this.details.element, detailsWidth, events.onDetailsWidth);
    root.append(
      this.toolbar.element,
      this.banner.element,
      element(
        'main',
        {},
        element(
          'div',
          { className: 'picture' },
          this.graph,
          this.legend.element,
          this.overview.element,
          this.tooltip.element,
          this.overlay.element,
          this.#busy,
        ),
        this.#splitter.element,
        this.details.element,
      ),
      this.help.element,
      this.#live,
    );
  }

  showDetails(open: boolean): void {
    this.details.element.hidden = !open;
    this.#splitter.element.hidden = !open;
    this.toolbar.showDetails(open);
  }

  /** Tells that something is being read while the picture stays; undefined when it is done. */
  setBusy(message: string | undefined): void {
    this.#busy.hidden = message === undefined;
    this.#busy.textContent = message ?? '';
  }

  /** Has a screen reader say something. */
  say(text: string): void {
    this.#live.textContent = text;
  }
}
