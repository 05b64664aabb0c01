import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextFitter, type TextMeasure } from '../../../../src/webview/render/fitText';

/** A font in which an `i` is 3 and every other character 8 wide, and that counts how often it is measured. */
class FakeFont implements TextMeasure {
  font = '11px test';
  measured = 0;

  measureText(text: string): TextMetrics {
    this.measured++;
    const width = Array.from(text).reduce((sum, character) => sum + (character === 'i' ? 3 : 8), 0);
    return { width } as TextMetrics;
  }
}

test('a text that fits stays whole', () => {
  expect(new TextFitter().fit(new FakeFont(), 'RUN npm ci', 80)).toBe('RUN npm ci');
});

test('a text that does not fit is cut with an ellipsis, without a space before it', () => {
  expect(new TextFitter().fit(new FakeFont(), 'RUN npm ci', 72)).toBe('RUN npm…');
  expect(new TextFitter().fit(new FakeFont(), 'RUN npm ci', 4)).toBe('');
});

test('the result is the longest beginning that fits', () => {
  const text = fc.string({ unit: fc.constantFrom('i', 'w', 'a'), minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 500 }), (whole, width) => {
      const font = new FakeFont();
      const room = Math.floor(width / 4) * 4;
      const widthOf = (it: string) => font.measureText(it).width;
      let wanted = '';
      for (let end = 1; end <= whole.length; end++) {
        const cut = end === whole.length ? whole : `${whole.slice(0, end)}…`;
        if (widthOf(cut) <= room) wanted = cut;
      }
      expect(new TextFitter().fit(font, whole, width)).toBe(wanted);
    }),
    { seed: 20_241_129, numRuns: 500 },
  );
});

test('a character of two units is not cut in half', () => {
  expect(new TextFitter().fit(new FakeFont(), '🐳🐳🐳🐳', 24)).toBe('🐳🐳…');
});

test('the same text in the same room is measured once', () => {
  const font = new FakeFont();
  const fitter = new TextFitter();
  fitter.fit(font, 'COPY package.json .', 60);
  const { measured } = font;
  fitter.fit(font, 'COPY package.json .', 61);
  expect(font.measured).toBe(measured);
  fitter.clear();
  fitter.fit(font, 'COPY package.json .', 60);
  expect(font.measured).toBeGreaterThan(measured);
});
