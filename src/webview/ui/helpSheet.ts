import { keyTable } from '../interaction/keys';
import { element, iconButton, icons } from './dom';

/** The sheet with all keys, made from the key table. */
export class HelpSheet {
  readonly element: HTMLDialogElement;

  constructor() {
    const rows = keyTable.map(({ shown, meaning }) =>
      element(
        'div',
        {},
        element('dt', {}, element('kbd', { textContent: shown })),
        element('dd', { textContent: meaning }),
      ),
    );
    this.element = element(
      'dialog',
      { className: 'help', ariaLabel: 'Keys' },
      element(
        'header',
        {},
        element('h2', { textContent: 'Keys in the graph' }),
        iconButton(icons.close, 'Close', () => this.element.close()),
      ),
      element('dl', {}, ...rows),
      element('p', {
        className: 'hint',
        textContent:
          'Pointer: drag to move, wheel or pinch to zoom, click to select, double-click to open or unfold.',
      }),
    );
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  open(): void {
    if (!this.element.open) this.element.showModal();
  }
}
