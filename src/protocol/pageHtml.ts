/** Addresses and secrets of one page; the URIs as the page must write them. */
export interface PageOptions {
  /** At least 128 random bits, new for each page. */
  readonly nonce: string;
  /** The content security policy source of the extension's own files. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly workerUri: string;
  readonly title: string;
}

/**
 * The whole HTML of the graph page. It holds no data: everything comes by messages.
 *
 * A webview is not of the same origin as the extension's files, so a worker cannot be started from its address. The
 * page reads the worker's script (`connect-src`) and starts it from a blob of its own (`worker-src`).
 */
export function pageHtml(options: PageOptions): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${options.nonce}'`,
    `style-src ${options.cspSource}`,
    `connect-src ${options.cspSource}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(options.title)}</title>
<link rel="stylesheet" href="${escapeHtml(options.styleUri)}">
</head>
<body data-worker="${escapeHtml(options.workerUri)}">
<script nonce="${escapeHtml(options.nonce)}" src="${escapeHtml(options.scriptUri)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
