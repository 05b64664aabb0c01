import { formatCount } from '../../model/format';
import type { DetailLink, DetailList, Fact, RecordDetails } from '../../model/details';
import { element, icon, iconButton, icons, linkButton } from './dom';

export interface DetailsEvents {
  onGo(recordId: string): void;
  onCopy(text: string): void;
  onOpenJson(recordId: string): void;
  onRevealInTree(recordId: string): void;
  onRetry(): void;
}

/** The content of the side panel: the facts of one record, or what stands in their place. */
export class DetailsPanel {
  readonly element = element('aside', { className: 'details', ariaLabel: 'Details' });
  readonly #events: DetailsEvents;

  constructor(events: DetailsEvents) {
    this.#events = events;
  }

  show(details: RecordDetails): void {
    const { recordId } = details;
    this.#replace(
      element(
        'header',
        {},
        element('h2', { textContent: details.title }),
        ...(details.subtitle === ''
          ? []
          : [element('p', { className: 'subtitle', textContent: details.subtitle })]),
        element('p', { className: 'state', textContent: details.state }),
      ),
      element(
        'p',
        { className: 'actions' },
        linkButton('Copy ID', () => this.#events.onCopy(recordId)),
        linkButton('Open as JSON', () => this.#events.onOpenJson(recordId)),
        linkButton('Reveal in Tree', () => this.#events.onRevealInTree(recordId)),
      ),
      this.#facts(details.facts),
      ...this.#description(details),
      ...details.lists.map((list) => this.#list(list)),
    );
  }

  /** What is shown while no record is selected. */
  showSummary(title: string, location: string, facts: readonly Fact[], hint: string): void {
    this.#replace(
      element(
        'header',
        {},
        element('h2', { textContent: title }),
        element('p', { className: 'subtitle breakable', textContent: location }),
      ),
      this.#facts(facts),
      element('p', { className: 'hint', textContent: hint }),
    );
  }

  showLoading(): void {
    this.#replace(element('p', { className: 'hint', textContent: 'Reading the record…' }));
  }

  showProblem(message: string): void {
    this.#replace(
      element('p', { className: 'problem', textContent: message, role: 'alert' }),
      element(
        'p',
        { className: 'actions' },
        linkButton('Try again', () => this.#events.onRetry()),
      ),
    );
  }

  #replace(...content: readonly HTMLElement[]): void {
    this.element.replaceChildren(...content);
    this.element.scrollTop = 0;
  }

  #facts(facts: readonly Fact[]): HTMLElement {
    const rows = facts.map(({ label, value, hover, copy }) => {
      const shown = element('span', { className: 'breakable', textContent: value, title: hover ?? '' });
      const cell = element('dd', {}, shown);
      if (copy !== undefined) cell.append(this.#copyButton(label, copy));
      return element('div', {}, element('dt', { textContent: label }), cell);
    });
    return element('dl', { className: 'facts' }, ...rows);
  }

  #description({ description, descriptionCut }: RecordDetails): HTMLElement[] {
    if (description === '') return [];
    const heading = element('h3', { textContent: 'As BuildKit wrote it' });
    heading.append(this.#copyButton('description', description));
    const text = element('p', { className: 'description', textContent: description });
    if (descriptionCut) text.append(element('em', { textContent: ' … cut here; the whole is in the JSON.' }));
    return [element('section', {}, heading, text)];
  }

  #list({ title, items, total }: DetailList): HTMLElement {
    const count = element('span', { className: 'count', textContent: formatCount(total) });
    const rows = items.map((item) => element('li', {}, ...this.#item(item)));
    if (total > items.length) {
      const rest = `${formatCount(total - items.length)} more are in the JSON.`;
      rows.push(element('li', { className: 'hint', textContent: rest }));
    }
    return element(
      'section',
      {},
      element('h3', { textContent: title }, ' ', count),
      element('ul', {}, ...rows),
    );
  }

  #item({ text, note, full, recordId, missing }: DetailLink): HTMLElement[] {
    const name =
      recordId === undefined
        ? element('span', { className: 'breakable', textContent: text })
        : linkButton(text, () => this.#events.onGo(recordId));
    name.title = full ?? text;
    if (missing === true) name.classList.add('missing');
    const line = element('span', {}, name);
    if (note !== undefined && note !== '') {
      line.append(' ', element('span', { className: 'note', textContent: note }));
    }
    const parts: HTMLElement[] = [line];
    if (full !== undefined) parts.push(this.#copyButton(text, full));
    return parts;
  }

  #copyButton(what: string, text: string): HTMLButtonElement {
    const button = iconButton(icons.copy, `Copy ${what}`, () => {
      this.#events.onCopy(text);
      button.replaceChildren(icon('M3 8.5 6.5 12 13 4.5'));
      setTimeout(() => button.replaceChildren(icon(icons.copy)), 1200);
    });
    button.classList.add('copy');
    return button;
  }
}
