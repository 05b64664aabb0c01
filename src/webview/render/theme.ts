import { contrast, css, mix, readColour, type Colour } from './colour';

/** The colours of one type of record, as CSS colours. */
export interface TypeColours {
  /** Left edge, outline and size bar. */
  readonly strong: string;
  /** Ground of a card, on which text is read. */
  readonly ground: string;
  /** Ground of a card that is too small for text. */
  readonly bar: string;
}

/** Everything that drawing takes from the editor's theme, as CSS colours; text colours can be read on all grounds. */
export interface Theme {
  /** Outlines instead of fills. */
  readonly highContrast: boolean;
  readonly background: string;
  /** Behind the cards of one component. */
  readonly ground: string;
  readonly text: string;
  readonly quietText: string;
  readonly outline: string;
  readonly focus: string;
  readonly hit: string;
  readonly link: string;
  readonly diffLink: string;
  readonly warning: string;
  readonly inUse: string;
  readonly fontFamily: string;
  typeColours(typeName: string): TypeColours;
}

/**
 * Which of the theme's colours stands for a type, the first that the theme sets; other types than these are grey. The
 * high contrast themes have no orange among their chart colours.
 */
const typeVariables: ReadonlyMap<string, readonly string[]> = new Map([
  ['regular', ['--vscode-charts-blue']],
  ['source.local', ['--vscode-charts-green']],
  ['source.git.checkout', ['--vscode-charts-purple']],
  ['exec.cachemount', ['--vscode-charts-orange', '--vscode-symbolIcon-classForeground']],
  ['frontend', ['--vscode-charts-yellow']],
]);

/** Share of the type's colour in the ground of a card, low enough for text to be read on it. */
const groundShare = 0.18;
const barShare = 0.4;
/** In high contrast themes outlines tell; just enough is left for a hollow card to differ. */
const faintShare = 0.12;

/** Gives the page's theme now and whenever it changes; the editor tells of that only by the page's attributes. */
export function followTheme(apply: (theme: Theme) => void): void {
  let frame = 0;
  const read = () => {
    frame = 0;
    apply(readTheme(document.body));
  };
  const observer = new MutationObserver(() => {
    if (frame === 0) frame = requestAnimationFrame(read);
  });
  for (const target of [document.documentElement, document.body]) {
    observer.observe(target, { attributes: true, attributeFilter: ['class', 'style'] });
  }
  matchMedia('(forced-colors: active)').addEventListener('change', read);
  read();
}

/** Reads the theme from the variables that the editor has set on the page. */
function readTheme(element: HTMLElement): Theme {
  const variables = getComputedStyle(element);
  const probe = document.createElement('span');
  probe.style.setProperty('forced-color-adjust', 'none');
  element.append(probe);
  const resolve = (colour: string): Colour | undefined => {
    probe.style.color = '';
    probe.style.color = colour;
    return probe.style.color === '' ? undefined : readColour(getComputedStyle(probe).color);
  };
  const variable = (name: string): Colour | undefined => {
    const value = variables.getPropertyValue(name).trim();
    return value === '' ? undefined : resolve(value);
  };
  const forced = matchMedia('(forced-colors: active)').matches;
  const theme = makeTheme(forced ? (name) => forcedColour(name, resolve) : variable, {
    highContrast: forced || /\bvscode-high-contrast/.test(element.className),
    fontFamily: variables.fontFamily,
  });
  probe.remove();
  return theme;
}

/** The system's colours, where it forces its own upon all pages. */
function forcedColour(name: string, resolve: (colour: string) => Colour | undefined): Colour | undefined {
  switch (name) {
    case '--vscode-editor-background':
      return resolve('Canvas');
    case '--vscode-focusBorder':
      return resolve('Highlight');
    case '--vscode-charts-red':
      return resolve('LinkText');
    default:
      return resolve('CanvasText');
  }
}

/**
 * Makes a theme out of the editor's variables.
 * @param variable gives a colour by the name of its variable; undefined when the theme does not set it
 */
export function makeTheme(
  variable: (name: string) => Colour | undefined,
  { highContrast, fontFamily }: { highContrast: boolean; fontFamily: string },
): Theme {
  const background = variable('--vscode-editor-background') ?? [30, 30, 30, 1];
  const text = variable('--vscode-foreground') ??
    variable('--vscode-editor-foreground') ?? [204, 204, 204, 1];
  const opaqueText = mix(background, text, 1);
  const first = (...names: readonly string[]): Colour => {
    for (const name of names) {
      const colour = variable(name);
      if (colour !== undefined && colour[3] > 0) return colour;
    }
    return opaqueText;
  };
  const coloursOf = (colour: Colour): TypeColours => ({
    strong: css(visible(colour, background, opaqueText, 2.2)),
    ground: css(mix(background, colour, highContrast ? faintShare : groundShare)),
    bar: css(mix(background, colour, highContrast ? faintShare : barShare)),
  });
  const colours = new Map(
    Array.from(typeVariables, ([type, names]) => [type, coloursOf(opaque(first(...names)))]),
  );
  const grey = coloursOf(mix(background, opaqueText, 0.5));
  return {
    highContrast,
    background: css(background),
    ground: css(highContrast ? background : mix(background, opaqueText, 0.035)),
    text: css(opaqueText),
    quietText: css(
      highContrast ? opaqueText : visible(mix(background, opaqueText, 0.66), background, opaqueText, 5),
    ),
    outline: css(highContrast ? first('--vscode-contrastBorder') : mix(background, opaqueText, 0.3)),
    focus: css(first('--vscode-focusBorder', '--vscode-contrastActiveBorder')),
    hit: css(first('--vscode-charts-yellow')),
    link: css(highContrast ? opaqueText : mix(background, opaqueText, 0.42)),
    diffLink: css(visible(first('--vscode-charts-red'), background, opaqueText, 3)),
    warning: css(
      visible(
        first('--vscode-editorWarning-foreground', '--vscode-charts-yellow'),
        background,
        opaqueText,
        3,
      ),
    ),
    inUse: css(visible(first('--vscode-charts-green'), background, opaqueText, 3)),
    fontFamily,
    typeColours: (typeName) => colours.get(typeName) ?? grey,
  };
}

/** Themes give some chart colours as see-through marks; a card needs the colour itself. */
function opaque([red, green, blue]: Colour): Colour {
  return [red, green, blue, 1];
}

/** `colour`, moved towards the colour of text as far as it takes to stand out from the background. */
function visible(colour: Colour, background: Colour, text: Colour, least: number): Colour {
  for (let share = 0; share < 1; share += 0.1) {
    const moved = mix(colour, text, share);
    if (contrast(mix(background, moved, 1), background) >= least) return moved;
  }
  return text;
}
