/** A place on the screen in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Codes of kinds, as in `recordKinds`. */
export const kindCode = { base: 0, layer: 1, merge: 2, diff: 3 } as const;

/** Width of a base's block and height of a diff's cut, as shares of the card's height. */
const blockShare = 0.17;
const cutShare = 0.36;

/** Traces the outline of a card: a diff has its upper left corner cut off. */
export function traceCard(path: CanvasPath, kind: number, { left, top, width, height }: Box): void {
  const radius = Math.min(5, height * 0.12);
  if (kind !== kindCode.diff) {
    path.roundRect(left, top, width, height, radius);
    return;
  }
  const cut = height * cutShare;
  path.moveTo(left + cut, top);
  path.arcTo(left + width, top, left + width, top + height, radius);
  path.arcTo(left + width, top + height, left, top + height, radius);
  path.arcTo(left, top + height, left, top + cut, radius);
  path.lineTo(left, top + cut);
  path.closePath();
}

/** Traces what shows the kind at the left edge and is filled in the type's colour: a base's block, a diff's cut edge. */
export function traceEdge(path: CanvasPath, kind: number, { left, top, width, height }: Box): void {
  const radius = Math.min(5, height * 0.12);
  if (kind === kindCode.base) {
    const block = Math.min(width, Math.max(3, height * blockShare));
    path.roundRect(left, top, block, height, [radius, 0, 0, radius]);
  } else if (kind === kindCode.diff) {
    const cut = height * cutShare;
    const breadth = Math.max(2, height * 0.09);
    path.moveTo(left + cut, top);
    path.lineTo(left + cut + breadth * 1.4, top);
    path.lineTo(left, top + cut + breadth * 1.4);
    path.lineTo(left, top + cut);
    path.closePath();
  }
}

/** Traces the bracket that joins a merge's inputs before its left edge; stroked in the type's colour. */
export function traceBracket(path: CanvasPath, { left, top, height }: Box): void {
  const arm = Math.max(3, height * 0.16);
  path.moveTo(left - arm * 1.6, top + height * 0.1);
  path.lineTo(left - arm * 0.6, top + height * 0.1);
  path.lineTo(left - arm * 0.6, top + height * 0.9);
  path.lineTo(left - arm * 1.6, top + height * 0.9);
  path.moveTo(left - arm * 0.6, top + height * 0.5);
  path.lineTo(left, top + height * 0.5);
}

/** Space that the edge of a kind takes from the left of the text, as a share of the card's height. */
export function edgeWidth(kind: number, height: number): number {
  return kind === kindCode.base ? height * blockShare : kind === kindCode.diff ? height * 0.1 : 0;
}
