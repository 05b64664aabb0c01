export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Packed {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/**
 * Packs boxes into columns about as high as `limit`: broad boxes first, each into the first column with room for it.
 * Boxes of the same width stay in their order.
 */
export function packInColumns(boxes: readonly Box[], limit: number, gap: { x: number; y: number }): Packed {
  const count = boxes.length;
  const order = Uint32Array.from(boxes, (_, i) => i);
  order.sort((a, b) => boxes[b].width - boxes[a].width || a - b);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const columns: { left: number; bottom: number }[] = [];
  let right = 0;
  let height = 0;
  /** Columns before this one have no room for even the lowest box. */
  let open = 0;
  const lowest = boxes.reduce((least, { height }) => Math.min(least, height), Number.POSITIVE_INFINITY);
  for (const box of order) {
    while (open < columns.length && columns[open].bottom + gap.y + lowest > limit) open++;
    let place = open;
    while (place < columns.length && columns[place].bottom + gap.y + boxes[box].height > limit) place++;
    if (place === columns.length) {
      const left = columns.length === 0 ? 0 : right + gap.x;
      columns.push({ left, bottom: -gap.y });
      right = left + boxes[box].width;
    }
    const column = columns[place];
    x[box] = column.left;
    y[box] = column.bottom + gap.y;
    column.bottom = y[box] + boxes[box].height;
    height = Math.max(height, column.bottom);
  }
  return { x, y, width: right, height };
}
