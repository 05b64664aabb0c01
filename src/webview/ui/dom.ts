type Child = Node | string;

/** Properties of an element; `ariaLabel`, `role` and the like are among them. Text is always text, never markup. */
export type Properties<T extends HTMLElement> = Partial<Omit<T, 'style' | 'children' | 'attributes'>>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A button that reads as a link, for actions and for going to a record. */
export function linkButton(text: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', className: 'link', textContent: text });
  button.addEventListener('click', onClick);
  return button;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

/** A line drawing of 16 by 16 units in the colour of the text around it. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svgNamespace, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** Paths for `icon`. */
export const icons = {
  up: 'M3.5 10 8 5.5 12.5 10',
  down: 'M3.5 6 8 10.5 12.5 6',
  left: 'M10 3.5 5.5 8 10 12.5',
  right: 'M6 3.5 10.5 8 6 12.5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.4 10.4 14 14',
  fold: 'M3 2.5 8 6.5l5-4M3 13.5l5-4 5 4M2 8h12',
  unfold: 'M3.5 5 8 1.5 12.5 5M3.5 11 8 14.5 12.5 11M2 8h12',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M5.5 5.5h5v5h-5z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  panel: 'M2 3h12v10H2zM10 3v10',
  help: 'M5.8 6a2.2 2.2 0 1 1 3.3 1.9C8.4 8.4 8 8.8 8 9.6M8 12v.6',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3.5M8 11.6v.6',
} as const;

/** A button with an icon; the label is its name and its tooltip. */
export function iconButton(path: string, label: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', {
    type: 'button',
    className: 'icon-button',
    title: label,
    ariaLabel: label,
  });
  button.append(icon(path));
  button.addEventListener('click', onClick);
  return button;
}
