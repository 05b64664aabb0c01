import { formatCountOf } from '../../model/format';
import { element, linkButton } from './dom';

/** What a person can do about a message. */
export interface MessageAction {
  readonly label: string;
  readonly run: () => void;
}

/** Words in the place of the picture: loading, nothing there, failed. */
export class Overlay {
  readonly element = element('div', { className: 'overlay', hidden: true });

  show(
    kind: 'loading' | 'empty' | 'failed',
    title: string,
    text: string,
    actions: readonly MessageAction[] = [],
  ): void {
    const buttons = actions.map(({ label, run }, i) => {
      const button = element('button', {
        type: 'button',
        className: i === 0 ? 'primary' : 'secondary',
        textContent: label,
      });
      button.addEventListener('click', run);
      return button;
    });
    this.element.replaceChildren(
      element(
        'div',
        { className: `message ${kind}`, role: kind === 'failed' ? 'alert' : 'status' },
        element('h2', { textContent: title }),
        ...(text === '' ? [] : [element('p', { className: 'breakable', textContent: text })]),
        ...(kind === 'loading' ? [element('div', { className: 'progress' })] : []),
        ...(buttons.length === 0 ? [] : [element('div', { className: 'buttons' }, ...buttons)]),
      ),
    );
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

/** More lines than this are only counted. */
const mostLines = 50;

/** A line under the toolbar: what could not be read, or what failed while an older picture is still shown. */
export class Banner {
  readonly element = element('div', { className: 'banner', hidden: true });

  /**
   * @param lines the first is always shown, the others on demand
   * @param onDismiss told when the person has seen enough of it
   */
  show(
    severity: 'warning' | 'error',
    lines: readonly string[],
    actions: readonly MessageAction[],
    onDismiss: () => void = () => undefined,
  ): void {
    const [first, ...others] = lines;
    const more = element('ul', { hidden: true }, ...listed(others));
    const buttons = actions.map(({ label, run }) => linkButton(label, run));
    if (others.length > 0) buttons.unshift(disclosure(formatCountOf(others.length, 'more note'), more));
    buttons.push(
      linkButton('Dismiss', () => {
        this.hide();
        onDismiss();
      }),
    );
    this.element.className = `banner ${severity}`;
    this.element.replaceChildren(
      element(
        'div',
        { className: 'line', role: severity === 'error' ? 'alert' : 'status' },
        element('span', { className: 'breakable', textContent: first }),
        element('span', { className: 'banner-actions' }, ...buttons),
      ),
      more,
    );
    this.element.hidden = false;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

function listed(lines: readonly string[]): HTMLElement[] {
  const items = lines.slice(0, mostLines).map((line) => element('li', { textContent: line }));
  const rest = lines.length - mostLines;
  if (rest > 0)
    items.push(
      element('li', { textContent: `${formatCountOf(rest, 'more note is', 'more notes are')} in the log.` }),
    );
  return items;
}

function disclosure(label: string, content: HTMLElement): HTMLButtonElement {
  const button = linkButton(label, () => {
    const open = button.ariaExpanded !== 'true';
    content.hidden = !open;
    button.ariaExpanded = String(open);
  });
  button.ariaExpanded = 'false';
  return button;
}
