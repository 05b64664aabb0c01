import { expect, test } from 'vitest';
import { pageHtml } from '../../../src/protocol/pageHtml';

const options = {
  nonce: 'AbC123',
  cspSource: "'self' https://*.vscode-cdn.net",
  scriptUri: 'https://files/page.js',
  styleUri: 'https://files/page.css',
  workerUri: 'https://files/layoutWorker.js',
  title: 'Build cache',
};

/** The page as a browser reads it: attribute values without escapes. */
function unescaped(html: string): string {
  return html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

test('the policy forbids everything that is not named', () => {
  const html = unescaped(pageHtml(options));
  expect(html).toContain(
    "default-src 'none'; script-src 'nonce-AbC123'; style-src 'self' https://*.vscode-cdn.net; " +
      "connect-src 'self' https://*.vscode-cdn.net; worker-src blob:; base-uri 'none'; form-action 'none'",
  );
});

test('the one script carries the nonce and there is no inline code or style', () => {
  const html = pageHtml(options);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('<script nonce="AbC123" src="https://files/page.js"></script>');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
});

test('a title cannot leave its place', () => {
  const html = pageHtml({ ...options, title: '</title><script>alert(1)</script>' });
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('&#60;/title&#62;');
});
