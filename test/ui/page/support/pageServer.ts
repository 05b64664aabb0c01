import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../../../../scripts/support/paths.mjs';
import { pageHtml } from '../../../../src/protocol/pageHtml';

export interface PageServer {
  readonly pageAddress: string;
  readonly stop: () => Promise<void>;
}

const files: Readonly<Partial<Record<string, readonly [path: string, type: string]>>> = {
  '/page.js': ['dist/page.js', 'text/javascript'],
  '/layoutWorker.js': ['dist/layoutWorker.js', 'text/javascript'],
  '/page.css': ['media/page.css', 'text/css'],
};

/**
 * Serves the page's HTML at one origin and the extension's files at another, as an editor does: what works only within
 * one origin fails here too.
 */
export async function startPageServer(): Promise<PageServer> {
  const fileServer = await listen((path) => {
    const file = files[path];
    return file === undefined ? undefined : { type: file[1], body: readFileSync(join(root, file[0])) };
  });
  const filesOrigin = originOf(fileServer);
  const page = await listen((path) => {
    if (path !== '/') return undefined;
    const html = pageHtml({
      nonce: randomBytes(18).toString('base64url'),
      cspSource: filesOrigin,
      scriptUri: `${filesOrigin}/page.js`,
      styleUri: `${filesOrigin}/page.css`,
      workerUri: `${filesOrigin}/layoutWorker.js`,
      title: 'Graph',
    });
    return { type: 'text/html', body: Buffer.from(html) };
  });
  return {
    pageAddress: `${originOf(page)}/`,
    stop: async () => {
      for (const server of [page, fileServer]) {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      }
    },
  };
}

async function listen(find: (path: string) => { type: string; body: Buffer } | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const found = find(request.url ?? '');
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': found.type }).end(found.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
