import { expect, test } from 'vitest';
import { contrast, mix, readColour, type Colour } from '../../../../src/webview/render/colour';
import { makeTheme } from '../../../../src/webview/render/theme';
import dark from '../../../ui/page/support/themes/dark.json';
import highContrastDark from '../../../ui/page/support/themes/highContrastDark.json';
import highContrastLight from '../../../ui/page/support/themes/highContrastLight.json';
import light from '../../../ui/page/support/themes/light.json';

/** The variables that the editor sets in its own themes. */
const editorThemes = { dark, light, highContrastDark, highContrastLight };
type ThemeName = keyof typeof editorThemes;

const types = ['regular', 'internal', 'frontend', 'source.local', 'source.git.checkout', 'exec.cachemount'];

function hexColour(text: string): Colour | undefined {
  const digits = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (digits === undefined) return readColour(text);
  const channel = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4), 1];
}

function editorTheme(name: ThemeName) {
  const variables: Partial<Record<string, string>> = editorThemes[name];
  return makeTheme(
    (variable) => {
      const value = variables[variable];
      return value === undefined ? undefined : hexColour(value);
    },
    { highContrast: name.startsWith('highContrast'), fontFamily: 'sans-serif' },
  );
}

function colour(text: string): Colour {
  return readColour(text) ?? [0, 0, 0, 0];
}

const names = Object.keys(editorThemes) as ThemeName[];

test.each(names)('%s: text can be read on the card of every type', (name) => {
  const theme = editorTheme(name);
  for (const type of types) {
    const ground = colour(theme.typeColours(type).ground);
    expect(contrast(colour(theme.text), ground)).toBeGreaterThan(4.5);
    expect(contrast(colour(theme.quietText), ground)).toBeGreaterThan(3.5);
  }
});

test.each(names)('%s: edges, diff links and signs stand out from the background', (name) => {
  const theme = editorTheme(name);
  const background = colour(theme.background);
  for (const type of types)
    expect(contrast(colour(theme.typeColours(type).strong), background)).toBeGreaterThan(2);
  for (const mark of [theme.diffLink, theme.warning, theme.inUse, theme.focus]) {
    expect(contrast(colour(mark), background)).toBeGreaterThan(2.5);
  }
});

test.each(names)('%s: every type but internal has a colour of its own', (name) => {
  const theme = editorTheme(name);
  expect(new Set(types.map((type) => theme.typeColours(type).strong)).size).toBe(types.length);
  expect(theme.typeColours('a newer type')).toEqual(theme.typeColours('internal'));
});

test('a theme without any variable can still be drawn with', () => {
  const theme = makeTheme(() => undefined, { highContrast: false, fontFamily: 'serif' });
  expect(contrast(colour(theme.text), colour(theme.background))).toBeGreaterThan(4.5);
});

test('computed colours are read in every form that a browser gives', () => {
  expect(readColour('rgb(1, 2, 3)')).toEqual([1, 2, 3, 1]);
  expect(readColour('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3, 0.5]);
  expect(readColour('color(srgb 1 0 0.2 / 0.5)')).toEqual([255, 0, 51, 0.5]);
  expect(readColour('none')).toBeUndefined();
  expect(readColour('lab(1 2 3)')).toBeUndefined();
});

test('mixing keeps the ground as opaque as it was', () => {
  expect(mix([0, 0, 0, 1], [200, 100, 0, 0.5], 0.5)).toEqual([50, 25, 0, 1]);
});
