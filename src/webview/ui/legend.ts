import { parentRoles } from '../../model/links';
import type { ParentRole } from '../../model/record';
import { typeWord } from '../../model/words';
import { recordFlag } from '../../protocol/graphColumns';
import { kindCode } from '../render/cardShape';
import { drawCardShape } from '../render/drawCards';
import { drawGlyph, type GlyphFlag } from '../render/glyphs';
import type { Scene } from '../render/scene';
import type { Theme } from '../render/theme';
import { element, icon, icons } from './dom';

const swatch = { width: 34, height: 16 } as const;

type Draw = (context: CanvasRenderingContext2D, theme: Theme) => void;

interface Entry {
  readonly words: string;
  readonly draw: Draw;
  /** Whether a picture has such a mark; entries without are always shown. */
  readonly occurs?: (scene: Scene) => boolean;
}

/** What each mark of the picture means, in words, drawn by the same hand as the picture. */
export class Legend {
  readonly element: HTMLElement;
  readonly #body = element('div', { className: 'legend-body', id: 'legend-body' });
  readonly #toggle: HTMLButtonElement;
  #theme: Theme | undefined;
  #scene: Scene | undefined;

  constructor(open: boolean, onToggle: (open: boolean) => void) {
    this.#toggle = element('button', { type: 'button', className: 'legend-toggle' });
    this.#toggle.setAttribute('aria-controls', 'legend-body');
    this.#toggle.addEventListener('click', () => {
      this.#setOpen(this.#toggle.ariaExpanded !== 'true');
      onToggle(this.#toggle.ariaExpanded === 'true');
    });
    this.element = element('section', { className: 'legend', ariaLabel: 'Legend' }, this.#toggle, this.#body);
    this.#setOpen(open);
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#render();
  }

  /** Explains the marks that the picture has, and no others. */
  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#render();
  }

  #setOpen(open: boolean): void {
    this.#body.hidden = !open;
    this.#toggle.ariaExpanded = String(open);
    this.#toggle.replaceChildren(icon(open ? icons.down : icons.up), 'Legend');
    this.#render();
  }

  #render(): void {
    const theme = this.#theme;
    const scene = this.#scene;
    // What nobody sees is drawn when it is opened.
    if (theme === undefined || scene === undefined || this.#toggle.ariaExpanded !== 'true') return;
    const types = scene.graph.columns.typeNames.map((typeName) => ({
      words: typeWord(typeName),
      draw: card({ typeName }),
    }));
    const groups: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
      ['Type', types],
      ['Kind', kindEntries],
      ['State', stateEntries],
      ['Links', linkEntries],
    ];
    this.#body.replaceChildren(
      ...groups.flatMap(([title, entries]) => {
        const shown = entries.filter(({ occurs }) => occurs?.(scene) ?? true);
        return shown.length === 0 ? [] : [legendGroup(title, shown, theme)];
      }),
    );
  }
}

function legendGroup(title: string, entries: readonly Entry[], theme: Theme): HTMLElement {
  return element(
    'div',
    { className: 'legend-group' },
    element('h3', { textContent: title }),
    ...entries.map(({ words, draw }) =>
      element(
        'div',
        { className: 'legend-entry' },
        drawn(draw, theme),
        element('span', { textContent: words }),
      ),
    ),
  );
}

interface CardFacts {
  readonly typeName?: string;
  readonly kind?: number;
  readonly flags?: number;
  readonly stacked?: boolean;
  readonly barLength?: number;
}

function card({
  typeName = 'regular',
  kind = kindCode.layer,
  flags = 0,
  stacked = false,
  barLength = 0,
}: CardFacts): Draw {
  return (context, theme) =>
    drawCardShape(context, {
      box: { left: 7, top: 3, width: 24, height: 10 },
      kind,
      flags,
      stacked,
      barLength,
      colours: theme.typeColours(typeName),
      background: theme.background,
      inUse: theme.inUse,
    });
}

function hasKind(kind: number): (scene: Scene) => boolean {
  return ({ graph }) => graph.columns.kinds.includes(kind);
}

const kindEntries: readonly Entry[] = [
  { words: 'base', draw: card({ kind: kindCode.base }), occurs: hasKind(kindCode.base) },
  { words: 'layer', draw: card({ kind: kindCode.layer }), occurs: hasKind(kindCode.layer) },
  { words: 'merge', draw: card({ kind: kindCode.merge }), occurs: hasKind(kindCode.merge) },
  { words: 'diff', draw: card({ kind: kindCode.diff }), occurs: hasKind(kindCode.diff) },
  {
    words: 'folded chain',
    draw: card({ stacked: true }),
    occurs: ({ layout }) => layout.chainFirsts.length > 0,
  },
  { words: 'size, log scale', draw: card({ barLength: 0.6 }) },
];

function glyph(flag: GlyphFlag): Draw {
  return (context, theme) => {
    const colour = flag === recordFlag.drops ? theme.warning : theme.quietText;
    context.fillStyle = colour;
    context.strokeStyle = colour;
    drawGlyph(context, flag, 19, swatch.height / 2, 11);
  };
}

function hasFlag(flag: number): (scene: Scene) => boolean {
  return ({ graph }) => graph.columns.flags.some((flags) => (flags & flag) !== 0);
}

const stateEntries: readonly Entry[] = [
  { words: 'mutable', draw: card({ flags: recordFlag.mutable }), occurs: hasFlag(recordFlag.mutable) },
  { words: 'lazy', draw: card({ flags: recordFlag.lazy }), occurs: hasFlag(recordFlag.lazy) },
  {
    words: 'shared with an image',
    draw: card({ flags: recordFlag.shared }),
    occurs: hasFlag(recordFlag.shared),
  },
  { words: 'in use', draw: card({ flags: recordFlag.inUse }), occurs: hasFlag(recordFlag.inUse) },
  { words: 'held by a lease', draw: glyph(recordFlag.leased), occurs: hasFlag(recordFlag.leased) },
  { words: 'retained by policy', draw: glyph(recordFlag.retained), occurs: hasFlag(recordFlag.retained) },
  { words: 'dropped at next start', draw: glyph(recordFlag.drops), occurs: hasFlag(recordFlag.drops) },
];

function line(width: number, dashes: readonly number[], colour: (theme: Theme) => string): Draw {
  return (context, theme) => {
    context.strokeStyle = colour(theme);
    context.lineWidth = width;
    context.setLineDash([...dashes]);
    context.beginPath();
    context.moveTo(4, swatch.height / 2);
    context.lineTo(swatch.width - 2, swatch.height / 2);
    context.stroke();
  };
}

const mergeLine: Draw = (context, theme) => {
  line(1, [], ({ link }) => link)(context, theme);
  context.fillStyle = theme.background;
  context.fillRect(14, 2, 10, 12);
  context.fillStyle = theme.quietText;
  context.font = `10px ${theme.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('2', 19, swatch.height / 2);
};

function hasRole(role: ParentRole): (scene: Scene) => boolean {
  return ({ graph }) => graph.columns.linkRoles.includes(parentRoles.indexOf(role));
}

const linkEntries: readonly Entry[] = [
  { words: 'layer on its parent', draw: line(1.5, [], ({ link }) => link), occurs: hasRole('layer') },
  { words: 'merge input, by number', draw: mergeLine, occurs: hasRole('merge') },
  { words: 'diff upper', draw: line(1.5, [], ({ diffLink }) => diffLink), occurs: hasRole('upper') },
  { words: 'diff lower', draw: line(1.5, [5, 4], ({ diffLink }) => diffLink), occurs: hasRole('lower') },
];

function drawn(draw: Draw, theme: Theme): HTMLCanvasElement {
  const canvas = element('canvas', { className: 'swatch', ariaHidden: 'true' });
  canvas.width = swatch.width * devicePixelRatio;
  canvas.height = swatch.height * devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.scale(devicePixelRatio, devicePixelRatio);
  draw(context, theme);
  return canvas;
}
