/** Square images cut into overlapping patches, and maps of patches put together again, as graphs. */
import { checkInteger, checkNumber } from "../base/check.ts";
import { add, constant, gather, mul, pad, reshape, slice, type Tensor, transpose } from "../graph/index.ts";

/** Where the patches of a square image lie. */
export interface PatchGrid {
  /** Side of the image in pixels. */
  readonly imageSizePx: number;
  /** Side of a patch in pixels. */
  readonly patchSizePx: number;
  /** Top-left corners [row, column], in reading order. */
  readonly corners: readonly (readonly [number, number])[];
}

const usualOverlap = 1 / 4; // of a patch, at least, with its neighbour (ours)

/**
 * The fewest evenly spaced patches that cover the image and overlap by a share or more; one if they are of one size.
 *
 * @param overlap - That share of a patch, in [0, 1). Default a quarter (ours).
 * @throws {OptionError} E_OPTION if the patch is larger than the image.
 */
export function patchGrid(
  imageSizePx: number,
  patchSizePx: number,
  overlap: number = usualOverlap,
): PatchGrid {
  checkInteger("imageSize", imageSizePx, { minimum: 1 });
  checkInteger("patchSize", patchSizePx, { minimum: 1, maximum: imageSizePx });
  checkNumber("overlap", overlap, { minimum: 0, below: 1 });
  const room = imageSizePx - patchSizePx;
  const gaps = Math.ceil(room / Math.max(1, Math.floor(patchSizePx * (1 - overlap))));
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
  const { imageSizePx: size, patchSizePx: side } = grid;
  const starts = startsOf(grid);
  const places = places64(
    [starts.length, side],
    starts.flatMap((start) => Array.from({ length: side }, (_, i) => start + i)),
  );
  const planes = reshape(images, ["NC", size, size]);
  const cut = gather(gather(planes, places, 1), places, 3); // [N·C, rows, P, columns, P]
  return reshape(transpose(cut, [1, 3, 0, 2, 4]), ["M", Number(images.shape[1]), side, side]);
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

/** Maps of patches, float32 [K·N, C, P, P], as maps of images [N, C, S, S]: each pixel is taken from the patch whose middle is nearest. */
export function stitchPatches(maps: Tensor, grid: PatchGrid): Tensor {
  if (grid.corners.length === 1) return maps;
  const { imageSizePx: size, patchSizePx: side } = grid;
  const starts = startsOf(grid);
  const [count, channels] = [starts.length, Number(maps.shape[1])];
  const planes = transpose(reshape(maps, [count, count, "NC", side, side]), [2, 0, 3, 1, 4]);
  const places = places64(
    [size],
    Array.from({ length: size }, (_, pixel) => {
      const distances = starts.map((start) => Math.abs(2 * (pixel - start) + 1 - side));
      const patch = distances.indexOf(Math.min(...distances));
      return patch * side + pixel - (starts[patch] ?? 0);
    }),
  );
  const rows = gather(reshape(planes, ["NC", count * side, count * side]), places, 1);
  return reshape(gather(rows, places, 2), ["N", channels, size, size]);
}

/** Where patches begin along a side, in pixels. */
function startsOf({ corners }: PatchGrid): number[] {
  return corners.slice(0, Math.sqrt(corners.length)).map(([, column]) => column);
}

function places64(shape: readonly number[], places: readonly number[]): Tensor {
  return constant({ dtype: "int64", shape, data: BigInt64Array.from(places, BigInt) });
}

/** Weights that fall linearly from the middle of a patch to a small rest at its edge. */
function tent(side: number): Float32Array {
  const along = (i: number) => 1 - Math.abs((2 * i + 1) / side - 1) + 1 / side;
  return Float32Array.from({ length: side * side }, (_, i) => along(Math.floor(i / side)) * along(i % side));
}
