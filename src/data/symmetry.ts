/** The eight symmetries of the square, applied to square patches. */

/** All symmetries; names as in NumPy where it has them: `rot90` turns counter-clockwise. */
export const symmetries = [
  "identity",
  "flipX",
  "flipY",
  "rot90",
  "rot180",
  "rot270",
  "transpose",
  "antitranspose",
] as const;

/**
 * One of the eight symmetries of the square.
 *
 * `flipX` mirrors left and right, `flipY` top and bottom; `transpose` mirrors at the diagonal from top left, `antitranspose` at
 * the other one.
 */
export type Symmetry = (typeof symmetries)[number];

/** Where the pixels of a transformed patch come from: (y, x) from source offset start + y * perRow + x * perColumn. */
export interface SourceWalk {
  readonly start: number;
  readonly perRow: number;
  readonly perColumn: number;
}

/**
 * How to read a size x size patch so that it comes out transformed.
 *
 * @param size - Side of the patch in pixels.
 * @param stride - Elements from one row of the source to the next; the offsets count from the patch's top left pixel.
 */
export function sourceWalk(symmetry: Symmetry, size: number, stride: number): SourceWalk {
  const last = size - 1;
  const walks: Record<Symmetry, SourceWalk> = {
    identity: { start: 0, perRow: stride, perColumn: 1 },
    flipX: { start: last, perRow: stride, perColumn: -1 },
    flipY: { start: last * stride, perRow: -stride, perColumn: 1 },
    rot90: { start: last, perRow: -1, perColumn: stride },
    rot180: { start: last * stride + last, perRow: -stride, perColumn: -1 },
    rot270: { start: last * stride, perRow: 1, perColumn: -stride },
    transpose: { start: 0, perRow: 1, perColumn: stride },
    antitranspose: { start: last * stride + last, perRow: -1, perColumn: -stride },
  };
  return walks[symmetry];
}

/**
 * A square picture, mirrored or turned.
 *
 * @param pixels - uint8 or float32 [channels, size, size].
 * @param size - Side in pixels.
 * @param channels - Number of channels.
 * @returns Of the same type and shape, a new array.
 */
export function applySymmetry<T extends Uint8Array | Float32Array>(
  symmetry: Symmetry,
  pixels: T,
  size: number,
  channels: number,
): T {
  const { start, perRow, perColumn } = sourceWalk(symmetry, size, size);
  const result = pixels.slice() as T;
  for (let channel = 0, to = 0; channel < channels; channel++) {
    const origin = channel * size * size + start;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) result[to++] = pixels[origin + y * perRow + x * perColumn] ?? 0;
    }
  }
  return result;
}
