import { formatCountOf, formatCount } from '../../model/format';
import { element, iconButton, icons } from './dom';

export interface ToolbarEvents {
  /** The text of the search changed. */
  onSearch(text: string): void;
  /** To the next (1) or previous (-1) hit. */
  onStep(direction: 1 | -1): void;
  /** The keyboard goes back to the graph. */
  onLeaveSearch(): void;
  onFoldAll(): void;
  onFit(): void;
  onZoom(direction: 1 | -1): void;
  onHelp(): void;
  onDetails(): void;
}

/** The bar above the graph: search with its hits, and what is done with the whole picture. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #hits = element('span', { className: 'hit-count', role: 'status' });
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  readonly #fold: HTMLButtonElement;
  readonly #details: HTMLButtonElement;

  constructor(events: ToolbarEvents) {
    this.#input = element('input', {
      type: 'search',
      className: 'search-input',
      placeholder: 'Search records',
      ariaLabel: 'Search records by id, description or digest',
      title: 'Search ids, descriptions and digests (/)',
      spellcheck: false,
    });
    this.#input.addEventListener('input', () => events.onSearch(this.#input.value));
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') events.onStep(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') this.#leave(events);
      else return;
      event.preventDefault();
    });
    this.#previous = iconButton(icons.up, 'Previous hit (Shift+Enter)', () => events.onStep(-1));
    this.#next = iconButton(icons.down, 'Next hit (Enter)', () => events.onStep(1));
    this.#fold = iconButton(icons.unfold, 'Unfold all chains', () => events.onFoldAll());
    this.#details = iconButton(icons.panel, 'Hide details', () => events.onDetails());
    this.element = element(
      'div',
      { className: 'toolbar', role: 'group', ariaLabel: 'Search and view' },
      element('div', { className: 'search' }, this.#input, this.#hits),
      element('div', { className: 'group' }, this.#previous, this.#next),
      element('div', { className: 'spacer' }),
      element(
        'div',
        { className: 'group' },
        this.#fold,
        iconButton(icons.fit, 'Fit the whole graph (f)', () => events.onFit()),
        iconButton(icons.minus, 'Zoom out (-)', () => events.onZoom(-1)),
        iconButton(icons.plus, 'Zoom in (+)', () => events.onZoom(1)),
        iconButton(icons.help, 'Keys (?)', () => events.onHelp()),
        this.#details,
      ),
    );
    this.showHits(undefined, 0);
  }

  get searchText(): string {
    return this.#input.value;
  }

  setSearchText(text: string): void {
    this.#input.value = text;
  }

  focusSearch(): void {
    this.#input.focus();
    this.#input.select();
  }

  /**
   * Tells how many records were found.
   * @param count undefined when nothing is searched for
   * @param place the hit that is selected, from 1; 0 for none
   */
  showHits(count: number | undefined, place: number): void {
    const text =
      count === undefined
        ? ''
        : place === 0
          ? hitCount(count)
          : `${formatCount(place)} of ${formatCount(count)}`;
    this.#hits.textContent = text;
    this.#hits.classList.toggle('no-hits', count === 0);
    this.#previous.disabled = this.#next.disabled = count === undefined || count === 0;
  }

  /** Says in the place of the count why there is none. */
  showSearchProblem(problem: string): void {
    this.#hits.textContent = problem;
    this.#hits.classList.add('no-hits');
  }

  /** @param foldable whether there is any chain; `folded`: whether any is folded */
  showFolds(foldable: boolean, folded: boolean): void {
    const label = !foldable
      ? 'No chain is long enough to fold'
      : folded
        ? 'Unfold all chains'
        : 'Fold all chains';
    this.#fold.disabled = !foldable;
    rename(this.#fold, label, folded || !foldable ? icons.unfold : icons.fold);
  }

  showDetails(open: boolean): void {
    rename(this.#details, open ? 'Hide details' : 'Show details', icons.panel);
    this.#details.ariaPressed = String(open);
  }

  #leave(events: ToolbarEvents): void {
    if (this.#input.value !== '') {
      this.#input.value = '';
      events.onSearch('');
    }
    events.onLeaveSearch();
  }
}

function hitCount(count: number): string {
  return count === 0 ? 'No hits' : formatCountOf(count, 'hit');
}

function rename(button: HTMLButtonElement, label: string, path: string): void {
  button.title = label;
  button.ariaLabel = label;
  button.querySelector('path')?.setAttribute('d', path);
}
