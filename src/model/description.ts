import { writtenCommand } from './command';
import { shortDigest } from './format';
import { gitName, imageName, type SourceName, urlName } from './sourceName';

/** A first and a second line; either may still hold raw characters and be long. */
export interface TwoLines {
  readonly title: string;
  readonly subtitle: string;
}

/** Reads what follows the words by which a form of description is known; undefined if it is not that form after all. */
type ReadForm = (rest: string) => TwoLines | undefined;

/**
 * Forms of description that BuildKit writes (its sources, exec operations, mounts and cache imports), each by the
 * words it begins with and what a person would have written for it.
 */
const forms: readonly (readonly [beginning: string, read: ReadForm])[] = [
  ['mount ', exec],
  ['cached mount ', cacheMount],
  ['[', step],
  ['pulled from ', (reference) => named('FROM', imageName(reference))],
  ['from local', (reference) => fromLocal(reference.trim())],
  ['imported sha256:', (digits) => lines(`imported ${shortDigest(`sha256:${digits}`)}`)],
  ['blob ', (digest) => lines(`blob ${shortDigest(digest)}`)],
  ['local source for ', (name) => lines(name, 'local source')],
  ['git snapshot for ', (address) => named('git', gitName(address))],
  ['shared git repo for ', (address) => named('git repository', gitName(address))],
  ['http url ', (address) => named('http', urlName(address))],
  ['fileop target', () => lines('file operation')],
];

/** Reads one description (not empty, already of bounded length). */
export function readDescription(description: string): TwoLines {
  for (const [beginning, read] of forms) {
    if (!description.startsWith(beginning)) continue;
    const form = read(description.slice(beginning.length));
    if (form !== undefined) return form;
  }
  return lines(statement(description));
}

function exec(rest: string): TwoLines | undefined {
  const [target, argv] = splitAt(rest, ' from exec ');
  if (argv === undefined) return undefined;
  return lines(`RUN ${writtenCommand(argv)}`, target === '/' ? '' : `output ${target}`);
}

/** The id that a cache mount's description ends with, where it differs from the mount's path. */
const cacheMountId = / with id "((?:[^"\\]|\\.)+)"$/s;

function cacheMount(rest: string): TwoLines | undefined {
  const [target, user] = splitAt(rest, ' from ');
  if (user === undefined) return undefined;
  const title = `cache mount ${target}`;
  const id = cacheMountId.exec(user)?.[1];
  if (id !== undefined) return lines(title, `id ${id.replace(/\\(["\\])/g, '$1')}`);
  const [, argv] = splitAt(user, 'exec ');
  return lines(
    title,
    `from ${argv === undefined ? readDescription(user).title : `RUN ${writtenCommand(argv)}`}`,
  );
}

function step(rest: string): TwoLines | undefined {
  const [name, text] = splitAt(rest, '] ');
  return text === undefined || text === '' ? undefined : lines(statement(text), name);
}

function fromLocal(reference: string): TwoLines {
  return reference === ''
    ? lines('FROM a local image')
    : lines(`FROM ${imageName(reference).name}`, 'local image');
}

/** A Dockerfile's statement: the name of a build step, or a line of an image's history as Docker writes it. */
function statement(text: string): string {
  const plain = text.endsWith(historyMark) ? text.slice(0, -historyMark.length) : text;
  if (plain.startsWith('RUN ')) return `RUN ${writtenCommand(plain.slice('RUN '.length))}`;
  if (plain.startsWith('LINK ')) return plain.replace(/^LINK (?=COPY|ADD)/, '');
  if (plain.startsWith(noOperation)) return noOperationStatement(plain.slice(noOperation.length));
  if (plain.startsWith('/bin/') || plain.startsWith('|')) return historyCommand(plain);
  const base = plain.startsWith('FROM ') ? /^FROM (\S+)(.*)$/s.exec(plain) : null;
  return base === null ? plain : `FROM ${imageName(base[1]).name}${base[2]}`;
}

/** Behind what BuildKit wrote into an image's history. */
const historyMark = ' # buildkit';

/** Before a statement that ran nothing, in the history written by Docker's older builder. */
const noOperation = '/bin/sh -c #(nop) ';

function noOperationStatement(text: string): string {
  return text.trim().replace(/:[0-9a-f]{64}(?= )/, (digest) => `${digest.slice(0, 9)}…`);
}

function historyCommand(argv: string): string {
  const command = writtenCommand(argv);
  return command === argv ? argv : `RUN ${command}`;
}

/** The text before and after the first `separator`; the second is undefined where there is none. */
function splitAt(text: string, separator: string): readonly [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function named(word: string, { name, place }: SourceName): TwoLines {
  return lines(`${word} ${name}`, place);
}

function lines(title: string, subtitle = ''): TwoLines {
  return { title, subtitle };
}
