/**
 * How high a map lies as a whole. Other light, noise or focus raises all of a picture's map a little, and its highest place with it: that is no
 * defect. So each map is read from the level of its calmest part, which is brought to where good images have it.
 */
import {
  div,
  greater,
  max,
  min,
  mul,
  neg,
  reduceMax,
  reduceMin,
  reshape,
  resizeLinear,
  scalar,
  sub,
  type Tensor,
  where,
} from "../graph/index.ts";
import { onlyMaps } from "./area-graph.ts";

/** Where a map lies on good images, in its own unit. */
export interface MapLevel {
  /** Median of its levels. */
  readonly usual: number;
  /** How far a picture's level is brought back at most, >= 0. What lies further off stands out as a whole. */
  readonly most: number;
}

const blocks = 4; // along a side; the calmest of them is a map's level (ours)
const leastShown = 1 / 2; // of what the block that shows most of the area does: others with less do not count (ours)

/**
 * Level of each map: its mean over the calmest of 4 x 4 blocks (that fade into each other).
 *
 * @param maps - float32 [N, C, H, W].
 * @param labels - Of the maps' size, float32 [1, 1, H, W]: 0 where nothing is looked at. Default: all is.
 * @returns float32 [N, C].
 */
export function levelsOf(maps: Tensor, labels?: Tensor): Tensor {
  const lowest = { axes: [2, 3], keepDims: false };
  if (labels === undefined) return reduceMin(resizeLinear(maps, blocks, blocks), lowest);
  const looked = where(greater(labels, scalar(0)), scalar(1), scalar(0));
  const shown = resizeLinear(looked, blocks, blocks);
  const isShown = greater(shown, mul(reduceMax(shown, { axes: [1, 2, 3] }), scalar(leastShown)));
  const means = div(resizeLinear(onlyMaps(maps, labels), blocks, blocks), max(shown, scalar(1e-6)));
  return reduceMin(where(isShown, means, scalar(1e30)), lowest);
}

/**
 * Maps float32 [N, C, H, W], each brought to its level.
 *
 * @param usual - float32 [1, C, 1, 1], as `most`.
 */
export function levelled(
  maps: Tensor,
  { usual, most }: { readonly usual: Tensor; readonly most: Tensor },
  labels?: Tensor,
): Tensor {
  const levels = reshape(levelsOf(maps, labels), [maps.shape[0] ?? "N", maps.shape[1] ?? 1, 1, 1]);
  return sub(maps, min(max(sub(levels, usual), neg(most)), most));
}

/** What is taken from all of a map whose level that is. */
export function shiftOf(level: number, { usual, most }: MapLevel): number {
  return Math.min(Math.max(level - usual, -most), most);
}
