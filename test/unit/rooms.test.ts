import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

/** Lints one import as if it stood in `file`, with the project's own import rules and nothing else. */
async function complaints(file: string, specifier: string): Promise<string[]> {
  const project = new ESLint();
  // The calculated configuration is untyped; only its rule table is read here.
  const config = (await project.calculateConfigForFile(file)) as { rules: Record<string, unknown> };
  const alone = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      { rules: { 'no-restricted-imports': config.rules['no-restricted-imports'] as ['error', object] } },
    ],
  });
  const [result] = await alone.lintText(`import '${specifier}';\n`);
  return result.messages.map((message) => message.message);
}

describe('the import rules', () => {
  it.each([
    ['src/model/record.ts', '../sources/source'],
    ['src/model/record.ts', 'vscode'],
    ['src/model/record.ts', 'node:fs'],
    ['src/bolt/page.ts', '../model/record'],
    ['src/protocol/messages.ts', '../host/panel'],
    ['src/sources/open.ts', '../host/panel'],
    ['src/sources/buildkitRoot/read.ts', '../../protocol/messages'],
    ['src/sources/open.ts', 'vscode'],
    ['src/headless/inspect.ts', '../host/panel'],
    ['src/host/panel.ts', '../webview/page'],
    ['src/host/panel.ts', 'd3'],
    ['src/webview/page.ts', '../sources/open'],
    ['src/webview/page.ts', 'node:fs'],
  ])('forbid %s to import %s', async (file, specifier) => {
    expect(await complaints(file, specifier)).toHaveLength(1);
  });

  it.each([
    ['src/bolt/page.ts', 'node:fs'],
    ['src/sources/open.ts', '../bolt/readBolt'],
    ['src/sources/buildkitRoot/read.ts', '../../model/record'],
    ['src/protocol/messages.ts', '../model/details'],
    ['src/host/panel.ts', 'vscode'],
    ['src/host/panel.ts', '../sources/open'],
    ['src/webview/page.ts', '../protocol/messages'],
    ['src/webview/page.ts', 'd3'],
  ])('let %s import %s', async (file, specifier) => {
    expect(await complaints(file, specifier)).toEqual([]);
  });
});
