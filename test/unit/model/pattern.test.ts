import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../src/model/pattern';

const finds = (pattern: string, text: string) => compilePattern(pattern).test(text);

describe('a regular expression of RE2', () => {
  it.each([
    ['', ''],
    ['b', 'abc'],
    ['^abc$', 'abc'],
    ['a.c', 'abc'],
    ['a|b', 'xb'],
    ['^(ab)*$', 'abab'],
    ['^a{2,3}$', 'aaa'],
    ['^a{2}$', 'aa'],
    ['a{,2}', 'a{,2}'],
    ['(?i)ABC', 'xabcx'],
    ['(?i)k', '\u212a'],
    ['a(?i)b', 'aB'],
    ['(?i:a)b', 'Ab'],
    ['(?s)a.b', 'a\nb'],
    ['(?m)^b$', 'a\nb\nc'],
    ['\\Aab\\z', 'ab'],
    ['[[:alpha:]]+[[:^digit:]]', 'ab'],
    ['[^a-c]', 'd'],
    ['[]a]', ']'],
    ['[a\\-z]', '-'],
    ['\\d+\\.\\d', '12.3'],
    ['\\x41\\x{1F600}\\101', 'A😀A'],
    ['\\Qa.b\\E*', 'a.'],
    ['(?P<name>x)', 'x'],
    ['\\bfoo\\b', 'a foo b'],
    ['\\Boo', 'foo'],
    ['\\p{Greek}\\pL', 'αβ'],
    ['\\PL', '1'],
    ['^.$', '😀'],
    ['[^a]', '\n'],
    ['(|a)*b', 'aab'],
  ])('%s is found in %j', (pattern, text) => expect(finds(pattern, text)).toBe(true));

  it.each([
    ['^abc$', 'abcd'],
    ['a.c', 'a\nc'],
    ['a(?i)b', 'AB'],
    ['(?i:a)b', 'AB'],
    ['(?-i)A', 'a'],
    ['^b$', 'a\nb'],
    ['\\w', 'é'],
    ['\\s', '\v'],
    ['(?i)ı', 'i'],
    ['^a{2,3}$', 'aaaa'],
  ])('%s is not found in %j', (pattern, text) => expect(finds(pattern, text)).toBe(false));

  it.each([
    '(',
    'a)',
    '[',
    '[b-a]',
    '*',
    'a**',
    'a{2}{3}',
    'a{1001}',
    '(a{100}){100}',
    '\\1',
    '\\8',
    '\\y',
    '(?=a)',
    '(?<!a)',
    '[[:nosuch:]]',
    '\\p{Nosuch}',
    '(?P<n>a)(?P<n>b)',
    'a{3,2}',
  ])('%s is refused', (pattern) => expect(() => compilePattern(pattern)).toThrow());

  it('agrees with the engine of JavaScript where both speak the same language', () => {
    const char = fc.constantFrom('a', 'b', 'c');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        char,
        fc.constantFrom('.', '[ab]', '[^a]', '^', '$', '\\b'),
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => a + b),
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '{1,2}'))
          .map(([a, repeat]) => `(?:${a})${repeat}`),
      ),
    }));
    const text = fc.string({ unit: char, maxLength: 8 });
    fc.assert(
      fc.property(expression, text, (source, input) => {
        expect(finds(source, input)).toBe(new RegExp(source).test(input));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('does not hang on what makes others backtrack', () => {
    expect(finds('^(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false);
  });
});
