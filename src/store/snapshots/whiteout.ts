/*
 * How a layer says that something of the layers below is gone, in the OCI image format's way: an empty file `.wh.<name>`
 * hides `<name>`; `.wh..wh..opq` in a directory hides all that the layers below have in it. Names that begin so belong to
 * this and are no names of files.
 */
export const whiteoutPrefix = '.wh.';
export const opaqueMarker = '.wh..wh..opq';

export function isWhiteoutName(name: string): boolean {
  return name.startsWith(whiteoutPrefix);
}

export function whiteoutOf(name: string): string {
  return whiteoutPrefix + name;
}

/** The name that a whiteout hides. */
export function hiddenBy(whiteout: string): string {
  return whiteout.slice(whiteoutPrefix.length);
}
