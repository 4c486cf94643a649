/** Looking at an area only, as pieces of graph. */
import type { Size } from "../base/raster.ts";
import { type PartModel, type Pose, pictureLabels } from "../features/part-frame.ts";
import {
  add,
  cast,
  concat,
  constant,
  greater,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  scalar,
  type Tensor,
  where,
} from "../graph/index.ts";
import { type LookedArea, shareLooked } from "./looked-area.ts";

/** An area with what stands in its pictures where nothing is looked at. */
export interface FilledArea extends LookedArea {
  /** uint8 [3, height, width]. */
  readonly filling: Uint8Array;
}

/** Lower than any score. */
const lowest = -1e30;

/** Pixels with the filling where nothing is looked at. @param pixels - float32 [N, 3, S, S], integers in [0, 255]. */
export function onlyPixels(pixels: Tensor, area: FilledArea): Tensor {
  const shape = [1, 3, area.height, area.width];
  const filling = cast(constant({ dtype: "uint8", shape, data: area.filling }), "float32");
  return where(isLooked(area), pixels, filling);
}

/** Maps with 0 where nothing is looked at, float32 [N, C, S, S]. */
export function onlyMaps(maps: Tensor, area: LookedArea): Tensor {
  return where(isLooked(area), maps, scalar(0));
}

/** Highest place of each map that is looked at, float32 [N, C]. */
export function highestLooked(maps: Tensor, area: LookedArea): Tensor {
  return reduceMax(where(isLooked(area), maps, scalar(lowest)), { axes: [2, 3], keepDims: false });
}

/** Mean of the places of each map that are looked at, float32 [N, C]. */
export function meanLooked(maps: Tensor, area: LookedArea): Tensor {
  const sum = reduceSum(onlyMaps(maps, area), { axes: [2, 3], keepDims: false });
  return mul(sum, scalar(1 / (shareLooked(area) * area.data.length)));
}

/** Highest place of a map in each region, float32 [N, R]. @param map - float32 [N, 1, S, S]. */
export function regionScores(map: Tensor, area: LookedArea): Tensor {
  const labels = labelsOf(area);
  const scores = area.names.map((_, i) => {
    const difference = add(labels, scalar(-(i + 1)));
    const isIn = greater(scalar(0.25), mul(difference, difference));
    return reshape(reduceMax(where(isIn, map, scalar(lowest)), { axes: [1, 2, 3], keepDims: false }), [
      "N",
      1,
    ]);
  });
  return concat(scores, 1);
}

/**
 * What is looked at of each picture, uint8 [N, 1, S, S] of labels, where its map is.
 *
 * @param map - float32 [N, 1, S, S]: its extents are taken, not its values.
 * @param located - Of pictures in which the part was found first: the labels are brought back as the map is.
 */
export function lookedMap(
  map: Tensor,
  area: LookedArea,
  located?: { readonly pose: Pose; readonly model: PartModel; readonly size: Size },
): Tensor {
  const labels = add(mul(map, scalar(0)), labelsOf(area)); // [N, 1, S, S]: N is known at run time only
  return cast(located ? pictureLabels(labels, located.pose, located.model, located.size) : labels, "uint8");
}

function labelsOf({ width, height, data }: LookedArea): Tensor {
  return cast(constant({ dtype: "uint8", shape: [1, 1, height, width], data }), "float32");
}

function isLooked(area: LookedArea): Tensor {
  return greater(labelsOf(area), scalar(0));
}
