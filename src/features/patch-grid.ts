/** Square images cut into overlapping patches, and maps of patches put together again, as graphs. */
import { checkInteger } from "../base/check.ts";
import { add, concat, constant, mul, pad, reshape, slice, sliceAxes, type Tensor } from "../graph/index.ts";

/** Where the patches of a square image lie. */
export interface PatchGrid {
  /** Side of the image in pixels. */
  readonly imageSizePx: number;
  /** Side of a patch in pixels. */
  readonly patchSizePx: number;
  /** Top-left corners [row, column], in reading order. */
  readonly corners: readonly (readonly [number, number])[];
}

const overlapFraction = 0.25; // of a patch, at least, with its neighbour (ours)

/**
 * The fewest evenly spaced patches that cover the image and overlap by a quarter or more; one if they are of one size.
 *
 * @throws {OptionError} E_OPTION if the patch is larger than the image.
 */
export function patchGrid(imageSizePx: number, patchSizePx: number): PatchGrid {
  checkInteger("imageSize", imageSizePx, { minimum: 1 });
  checkInteger("patchSize", patchSizePx, { minimum: 1, maximum: imageSizePx });
  const room = imageSizePx - patchSizePx;
  const gaps = Math.ceil(room / Math.max(1, Math.floor(patchSizePx * (1 - overlapFraction))));
  const starts = Array.from({ length: gaps + 1 }, (_, i) => (gaps === 0 ? 0 : Math.round((room * i) / gaps)));
  return {
    imageSizePx,
    patchSizePx,
    corners: starts.flatMap((row) => starts.map((column) => [row, column] as const)),
  };
}

/** float32 [N, C, S, S] to [K·N, C, P, P], all images' first patches first. */
export function cutPatches(images: Tensor, grid: PatchGrid): Tensor {
  if (grid.corners.length === 1) return images;
  const { patchSizePx: side } = grid;
  const rest = [Number(images.shape[1]), side, side];
  const patches = grid.corners.map(([row, column]) => {
    const patch = sliceAxes(images, [
      { axis: 2, start: row, end: row + side },
      { axis: 3, start: column, end: column + side },
    ]);
    return reshape(patch, [1, "N", ...rest]); // N is known at run time only, so patches are stacked before it
  });
  return reshape(concat(patches, 0), ["M", ...rest]);
}

/** [K·N, ...] of {@link cutPatches} as K tensors [N, ...]. */
export function splitPatches(patches: Tensor, grid: PatchGrid): Tensor[] {
  const count = grid.corners.length;
  if (count === 1) return [patches];
  const rest = patches.shape.slice(1);
  const stacked = reshape(patches, [count, "N", ...rest]);
  return grid.corners.map((_, i) =>
    reshape(slice(stacked, { axis: 0, start: i, end: i + 1 }), ["N", ...rest]),
  );
}

/** Maps of patches, float32 [K·N, 1, P, P], as maps of images [N, 1, S, S]; where patches overlap, their middles count more. */
export function joinPatches(maps: Tensor, grid: PatchGrid): Tensor {
  if (grid.corners.length === 1) return maps;
  const { imageSizePx: size, patchSizePx: side, corners } = grid;
  const window = tent(side);
  const total = new Float32Array(size * size);
  for (const [row, column] of corners) {
    window.forEach((weight, i) => {
      const place = (row + Math.floor(i / side)) * size + column + (i % side);
      total[place] = (total[place] ?? 0) + weight;
    });
  }
  const weight = constant({ dtype: "float32", shape: [1, 1, side, side], data: window });
  const placed = splitPatches(maps, grid).map((map, i) => {
    const [row, column] = corners[i] ?? [0, 0];
    return pad(mul(map, weight), [0, 0, row, column], [0, 0, size - side - row, size - side - column]);
  });
  const sum = placed.reduce((a, b) => add(a, b));
  const scale = total.map((value) => 1 / value);
  return mul(sum, constant({ dtype: "float32", shape: [1, 1, size, size], data: scale }));
}

/** Weights that fall linearly from the middle of a patch to a small rest at its edge. */
function tent(side: number): Float32Array {
  const along = (i: number) => 1 - Math.abs((2 * i + 1) / side - 1) + 1 / side;
  return Float32Array.from({ length: side * side }, (_, i) => along(Math.floor(i / side)) * along(i % side));
}
