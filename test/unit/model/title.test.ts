import { describe, expect, it } from 'vitest';
import type { CacheRecord } from '../../../src/model/record';
import { recordTitle } from '../../../src/model/title';
import { diffOf, layerOn, makeRecord, mergeOf } from './records';

const digest = `sha256:${'1234abcd'.repeat(8)}`;

function titleOf(description: string, fields: Partial<CacheRecord> = {}): string {
  const { title, subtitle } = recordTitle(
    makeRecord({ id: 'e71s00dd6n4yj8gnkob8wnqh4', description, ...fields }),
  );
  return subtitle === '' ? title : `${title} | ${subtitle}`;
}

/** Each distinct shape of description found in caches of BuildKit v0.6 to v0.32 and of the Docker engine. */
const golden: readonly (readonly [description: string, title: string])[] = [
  ['COPY / /all/ # buildkit', 'COPY / /all/'],
  ['RUN /bin/sh -c id > id.txt # buildkit', 'RUN id > id.txt'],
  ['WORKDIR /w', 'WORKDIR /w'],
  ['[alpha 1/12] mkfile', 'mkfile | alpha 1/12'],
  ['[build1 1/3] COPY a.txt /src/a.txt', 'COPY a.txt /src/a.txt | build1 1/3'],
  ['[build2 1/2] COPY --link sub/ /src/', 'COPY --link sub/ /src/ | build2 1/2'],
  ['[other 2/3] WORKDIR /w', 'WORKDIR /w | other 2/3'],
  ['copy / /ctx/', 'copy / /ctx/'],
  ['copy /out /out, copy /two /two', 'copy /out /out, copy /two /two'],
  ['mkdir /dir, mkfile /dir/e', 'mkdir /dir, mkfile /dir/e'],
  ['fileop target', 'file operation'],
  ['from local ', 'FROM a local image'],
  ['from local busybox:1', 'FROM busybox:1 | local image'],
  [`imported ${digest}`, 'imported sha256:1234abcd…'],
  [`blob ${digest}`, 'blob sha256:1234abcd…'],
  ['http url http://127.0.0.1:8911/file.txt', 'http file.txt | 127.0.0.1:8911'],
  ['local source for context', 'context | local source'],
  ['git snapshot for git://127.0.0.1/r.git#main', 'git r.git#main | 127.0.0.1'],
  ['shared git repo for git://127.0.0.1:9777/r.git', 'git repository r.git | 127.0.0.1:9777'],
  ['pulled from 127.0.0.1:5111/tinybase:1', 'FROM tinybase:1 | 127.0.0.1:5111'],
  [`pulled from docker.io/library/node:20@${digest}`, 'FROM node:20 | docker.io/library'],
  ['mount / from exec /bin/sh -c echo base $V > /base', 'RUN echo base $V > /base'],
  ['mount /dst from exec /bin/sh -c cat /a; echo two', 'RUN cat /a; echo two | output /dst'],
  [
    'cached mount /c1 from exec /bin/sh -c echo 1 > /c1/f with id "id-shared"',
    'cache mount /c1 | id id-shared',
  ],
  ['cached mount /c1 from exec /bin/sh -c echo 1 > /c1/f', 'cache mount /c1 | from RUN echo 1 > /c1/f'],
  [
    `mount / from exec /bin/sh -c echo 'grüße 世界 🚀 "quoted" \\back' > /u; # \u2028 line sep & <tag>`,
    `RUN echo 'grüße 世界 🚀 "quoted" \\back' > /u; # ↵ line sep & <tag>`,
  ],
  [
    'mount / from exec /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git',
    'RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git',
  ],
];

describe('recordTitle', () => {
  it.each(golden)('shows %s as %s', (description, title) => {
    expect(titleOf(description)).toBe(title);
  });

  it('says so when there is no description', () => {
    expect(titleOf('')).toBe('(no description) | e71s00dd6n4y');
    expect(titleOf(' \n ')).toBe('(no description) | e71s00dd6n4y');
    expect(titleOf('', { parents: layerOn('p') })).toBe('(no description) | e71s00dd6n4y');
  });

  it('calls a frontend image what a Dockerfile calls it', () => {
    const description = `pulled from docker.io/docker/dockerfile:1@${digest}`;
    expect(titleOf(description, { type: 'frontend' })).toBe('syntax dockerfile:1 | docker.io/docker');
  });
});

describe('commands', () => {
  it.each([
    ['mount / from exec npm ci', 'RUN npm ci'],
    ['mount / from exec /bin/bash -o pipefail -c curl x | sh', 'RUN curl x | sh'],
    ['mount / from exec /bin/bash -euxo pipefail -c make -c x', 'RUN make -c x'],
    ['mount / from exec bash --login -c ls', 'RUN ls'],
    ['mount / from exec cmd /S /C dir C:\\', 'RUN dir C:\\'],
    ['mount / from exec powershell -NoLogo -ExecutionPolicy Bypass -Command $x = 1', 'RUN $x = 1'],
    ['mount / from exec bash script.sh', 'RUN bash script.sh'],
    [
      '[linux/amd64 build 3/7] RUN --mount=type=cache,target=/c go build',
      'RUN --mount=type=cache,target=/c go build | linux/amd64 build 3/7',
    ],
  ])('shows %s as %s', (description, title) => {
    expect(titleOf(description)).toBe(title);
  });

  it('puts a script on one line with its line ends marked', () => {
    expect(titleOf('mount / from exec /bin/sh -c set -e\r\n\n  npm ci\n\tnpm test\n')).toBe(
      'RUN set -e ↵ npm ci ↵ npm test',
    );
  });

  it('joins lines that a backslash continues', () => {
    expect(titleOf('mount / from exec /bin/sh -c apt-get update \\\n    && apt-get clean')).toBe(
      'RUN apt-get update && apt-get clean',
    );
  });
});

describe('image histories', () => {
  it.each([
    ['RUN |1 V=1 /bin/sh -c echo base $V > /base # buildkit', 'RUN echo base $V > /base'],
    ['|2 A=1 B=x y /bin/sh -c echo 1', 'RUN echo 1'],
    ['/bin/sh -c apk add git', 'RUN apk add git'],
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    [`/bin/sh -c #(nop) ADD file:${'1234abcd'.repeat(8)} in / `, 'ADD file:1234abcd… in /'],
    ['ENTRYPOINT ["/app"]', 'ENTRYPOINT ["/app"]'],
  ])('shows %s as %s', (description, title) => {
    expect(titleOf(description)).toBe(title);
  });
});

describe('sources', () => {
  it.each([
    ['pulled from alpine', 'FROM alpine'],
    [`pulled from docker.io/library/alpine@${digest}`, 'FROM alpine@sha256:1234abcd… | docker.io/library'],
    [`[stage-1 1/2] FROM docker.io/library/node:20@${digest} AS x`, 'FROM node:20 AS x | stage-1 1/2'],
    ['git snapshot for https://host/a/b.git#main', 'git b.git#main | host/a'],
    ['git snapshot for git@github.com:org/repo.git#main:sub', 'git repo.git#main:sub | github.com/org'],
    ['git snapshot for ssh://git@host:22/a/b/', 'git b | host:22/a'],
    ['http url https://x.org/d/f.tgz?x=/y/z#a', 'http f.tgz?x=/y/z#a | x.org/d'],
    ['http url https://x.org/', 'http x.org'],
    ['[internal] load build context', 'load build context | internal'],
  ])('shows %s as %s', (description, title) => {
    expect(titleOf(description)).toBe(title);
  });

  it('keeps passwords in addresses out of titles', () => {
    expect(titleOf('git snapshot for https://me:token@host/a/b.git')).toBe('git b.git | host/a');
    expect(titleOf('http url https://me:token@x.org/f')).toBe('http f | x.org');
  });
});

describe('cache mounts', () => {
  it('have their id from the stored key where the description has none', () => {
    const fields = {
      type: 'exec.cachemount',
      parents: layerOn('base1'),
      attributes: { 'cache-dir': 'npm:base1' },
    };
    expect(titleOf('cached mount /c from exec npm ci', fields)).toBe('cache mount /c | id npm');
  });

  it('read the keys of older versions', () => {
    const fields = { type: 'exec.cachemount', attributes: { 'cache-dir:npm': 'cache-dir:npm' } };
    expect(titleOf('cached mount /c from exec npm ci', fields)).toBe('cache mount /c | id npm');
  });

  it('do not repeat an id that is the path', () => {
    const fields = { type: 'exec.cachemount', attributes: { 'cache-dir': '/c' } };
    expect(titleOf('cached mount /c from exec npm ci', fields)).toBe('cache mount /c | from RUN npm ci');
  });

  it('undo the quoting of the id', () => {
    expect(titleOf('cached mount /c from [b 1/2] RUN x with id "a\\"b\\\\c"')).toBe(
      'cache mount /c | id a"b\\c',
    );
  });
});

describe('merges and diffs', () => {
  const base = makeRecord({ id: 'base', description: 'pulled from docker.io/library/node:20' });
  const copy = makeRecord({ id: 'copy', description: '[build 1/2] COPY src .', parents: layerOn('base') });
  const diff = makeRecord({
    id: 'diff',
    description: 'diff "base" -> "copy"',
    parents: diffOf('base', 'copy'),
  });
  const records = new Map([base, copy, diff].map((record) => [record.id, record]));
  const lookUp = (id: string) => records.get(id);

  it('are told by what they are made of', () => {
    expect(recordTitle(diff, lookUp)).toEqual({ title: 'diff COPY src .', subtitle: 'against FROM node:20' });
    const merge = makeRecord({
      id: 'm',
      description: 'merge (a, b)',
      parents: mergeOf('base', 'diff', 'gone'),
    });
    expect(recordTitle(merge, lookUp)).toEqual({
      title: 'merge of 3',
      subtitle: 'FROM node:20 + diff COPY src . + gone',
    });
  });

  it('fall back to short ids', () => {
    expect(titleOf('diff "a" -> "b"', { kind: 'diff', parents: diffOf('abcdefghijklmnop', 'b') })).toBe(
      'diff b | against abcdefghijkl',
    );
    expect(titleOf('', { kind: 'diff', parents: [{ id: 'a', role: 'lower' }] })).toBe(
      'diff to nothing | against a',
    );
  });

  it('name only the first inputs of a wide merge', () => {
    const parents = mergeOf(...Array.from({ length: 1300 }, (_, i) => `p${i}`));
    expect(titleOf('', { kind: 'merge', parents })).toBe(
      'merge of 1300 | p0 + p1 + p2 + p3 + p4 + 1,295 more',
    );
  });

  it('keep the statement of the step that made them', () => {
    const parents = mergeOf('a', 'b');
    expect(titleOf('[final 2/3] LINK COPY --link /out /bin', { kind: 'merge', parents })).toBe(
      'COPY --link /out /bin | final 2/3 · merge of 2',
    );
  });

  it('end where records name each other in a circle', () => {
    const circle = makeRecord({ id: 'x', parents: mergeOf('x', 'x') });
    expect(recordTitle(circle, () => circle)).toEqual({
      title: 'merge of 2',
      subtitle: 'merge of 2 + merge of 2',
    });
  });
});

describe('odd text', () => {
  it('shows control characters and neutralizes what reorders text', () => {
    expect(titleOf('\u001b[31mred\u0007 \u202egnp.exe \ud800 \u0000 \u007f \u0085x')).toBe(
      '␛[31mred␇ \ufffdgnp.exe \ufffd ␀ ␡ ↵ x',
    );
  });

  it('leaves markup as the text it is', () => {
    expect(titleOf('<img src=x onerror=alert(1)> **b** $(icon)')).toBe(
      '<img src=x onerror=alert(1)> **b** $(icon)',
    );
  });

  it('cuts after a whole word and says that it cut', () => {
    const title = titleOf(`[a 1/1] RUN ${'word '.repeat(100)}`);
    expect(title).toMatch(/^RUN (word ){20,}word… \| a 1\/1$/);
    expect(titleOf('x'.repeat(500))).toBe(`${'x'.repeat(119)}…`);
  });

  it('never cuts a character in two', () => {
    for (const start of ['', 'x']) {
      const title = titleOf(start + '🚀'.repeat(500));
      expect(title).toMatch(/^x?(🚀)+…$/u);
      expect(title.length).toBeLessThanOrEqual(120);
    }
  });

  it.each([
    ['letters', 'a'.repeat(1e6)],
    ['spaces', ' '.repeat(1e6)],
    ['line ends', `x${' \n'.repeat(5e5)}y`],
    ['mounts', 'mount '.repeat(2e5)],
    ['cache mounts', `cached mount ${'x from '.repeat(2e5)}`],
    ['shells', `mount / from exec ${'sh -o '.repeat(2e5)}`],
    ['shell options', `mount / from exec sh ${'-a pipefail '.repeat(1e5)}`],
    ['folders', `mount / from exec /${'bin/'.repeat(2e5)}`],
    ['build arguments', `|1 ${'/bin/sh -'.repeat(1e5)}`],
    ['ids', `cached mount /x from ${' with id "'.repeat(1e5)}`],
    ['at signs', `git snapshot for ${'@'.repeat(1e6)}`],
  ])('reads a million %s without falling into a regular expression', (_, description) => {
    const before = performance.now();
    const { title, subtitle } = recordTitle(makeRecord({ id: 'a', description }));
    expect(performance.now() - before).toBeLessThan(1000);
    expect(title.length).toBeLessThanOrEqual(120);
    expect(subtitle.length).toBeLessThanOrEqual(120);
  });
});
