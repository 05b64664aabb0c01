import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Which rooms each room of `src/` may import from; an import into any other room is an error.
 * The picture of the same arrows is in ARCHITECTURE.md.
 */
const arrows = {
  model: [],
  bolt: [],
  protocol: ['model'],
  store: ['model'],
  core: ['model', 'bolt', 'store'],
  sources: ['model', 'bolt', 'store', 'core'],
  headless: ['model', 'sources', 'store', 'core'],
  host: ['model', 'protocol', 'sources'],
  webview: ['model', 'protocol'],
};
const rooms = Object.keys(arrows);

/** Bare modules that only some rooms may touch. */
const onlyIn = { vscode: ['host'], d3: ['webview'], 'sql.js': ['store'], 'tar-stream': ['store'] };

function roomRules(room) {
  const closed = rooms.filter((other) => other !== room && !arrows[room].includes(other));
  const patterns = closed.map((other) => ({
    regex: `^(\\.\\./)+${other}/`,
    message: `src/${room} may not import src/${other}; see the arrows in ARCHITECTURE.md.`,
  }));
  for (const [name, allowed] of Object.entries(onlyIn)) {
    if (!allowed.includes(room)) {
      patterns.push({ regex: `^${name}(-|/|$)`, message: `src/${room} may not import ${name}.` });
    }
  }
  if (['model', 'protocol', 'webview'].includes(room)) {
    patterns.push({ regex: '^node:', message: `src/${room} runs without Node.` });
  }
  return {
    files: [`src/${room}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'test/fixtures/', 'scripts/vscode/', '.vscode-test/', 'media/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/webview/tsconfig.json', './test/ui/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
        { selector: 'ExportAllDeclaration', message: 'Import from the file that defines it; no barrels.' },
      ],
      eqeqeq: 'error',
    },
  },
  ...rooms.map(roomRules),
  {
    files: ['src/extension.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^\\./webview/', message: 'The page is loaded by address, never imported.' }] },
      ],
    },
  },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
