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
    ['src/sources/local/localSource.ts', 'sql.js'],
    ['src/store/localStore.ts', '../core/manager'],
    ['src/store/localStore.ts', '../sources/open'],
    ['src/store/localStore.ts', '../bolt/readBolt'],
    ['src/core/manager.ts', '../sources/open'],
    ['src/core/manager.ts', 'sql.js'],
    ['src/core/manager.ts', 'vscode'],
    ['src/headless/replay/trace.ts', 'sql.js'],
    ['src/headless/inspect.ts', '../host/panel'],
    ['src/host/panel.ts', '../store/localStore'],
    ['src/host/panel.ts', '../core/manager'],
    ['src/host/panel.ts', 'sql.js'],
    ['src/webview/page.ts', '../store/storeError'],
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
    ['src/sources/local/localSource.ts', '../../store/localStore'],
    ['src/sources/local/localSource.ts', '../../core/manager'],
    ['src/store/database/sqlite.ts', 'sql.js'],
    ['src/store/localStore.ts', '../model/filter'],
    ['src/core/manager.ts', '../store/localStore'],
    ['src/core/migrate.ts', '../bolt/readBolt'],
    ['src/protocol/messages.ts', '../model/details'],
    ['src/host/panel.ts', 'vscode'],
    ['src/host/panel.ts', '../sources/open'],
    ['src/webview/page.ts', '../protocol/messages'],
    ['src/webview/page.ts', 'd3'],
  ])('let %s import %s', async (file, specifier) => {
    expect(await complaints(file, specifier)).toEqual([]);
  });
});
