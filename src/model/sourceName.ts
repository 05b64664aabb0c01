import { shortDigest } from './format';

/** A short name and where it is from. */
export interface SourceName {
  readonly name: string;
  readonly place: string;
}

/**
 * An image reference as a Dockerfile's reader knows it: the last part with its tag, and the registry and path before.
 * The digest is shown only where there is no tag.
 */
export function imageName(reference: string): SourceName {
  const at = reference.indexOf('@');
  const tagged = at === -1 ? reference : reference.slice(0, at);
  const { name, place } = splitPath(tagged);
  const digest = at === -1 || name.includes(':') ? '' : `@${shortDigest(reference.slice(at + 1))}`;
  return { name: `${name}${digest}`, place };
}

/** A git address with its `#ref:directory`, in any form git takes (`https://`, `ssh://`, `git@host:path`). */
export function gitName(address: string): SourceName {
  const hash = address.indexOf('#');
  const remote = hash === -1 ? address : address.slice(0, hash);
  const fragment = hash === -1 ? '' : address.slice(hash);
  const path = hasScheme(remote) ? urlPath(remote) : withoutUser(remote).replace(':', '/');
  const { name, place } = splitPath(path.replace(/\/+$/, ''));
  return { name: `${name}${fragment}`, place };
}

/** A web address: the file's name, and the host and folders before it. */
export function urlName(address: string): SourceName {
  const query = /[?#]/.exec(address)?.index ?? address.length;
  const { name, place } = splitPath(urlPath(address.slice(0, query)));
  return name === '' ? { name: place, place: '' } : { name: `${name}${address.slice(query)}`, place };
}

function hasScheme(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(address);
}

function urlPath(address: string): string {
  return withoutUser(address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''));
}

/** User names and passwords in addresses are not for rows and titles. */
function withoutUser(address: string): string {
  return address.replace(/^[^/]*@/, '');
}

function splitPath(path: string): SourceName {
  const slash = path.lastIndexOf('/');
  return { name: path.slice(slash + 1), place: slash === -1 ? '' : path.slice(0, slash) };
}
