/** Looking at an area only, as pieces of graph. Labels: 0 where a picture is ignored, k in the k-th region. */
import type { Size } from "../base/raster.ts";
import { type PartModel, type Pose, pictureLabels } from "../features/part-frame.ts";
import {
  add,
  cast,
  concat,
  constant,
  div,
  greater,
  min,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  scalar,
  sub,
  type Tensor,
  where,
} from "../graph/index.ts";
import type { LookedArea } from "./looked-area.ts";

/** An area with what stands in its pictures where nothing is looked at. */
export interface FilledArea extends LookedArea {
  /** uint8 [3, height, width]; absent in tiles, where what is looked at is mirrored, and of a part, whose ground may be seen. */
  readonly filling?: Uint8Array | undefined;
  /** Whether it is what the part takes up of its frame, which nobody drew: then what lies outside is seen, but the map is 0 there, as outside of the frame, and no output tells it. */
  readonly isOfPart?: boolean | undefined;
}

/** Lower than any score. */
const lowest = -1e30;

/** The area's labels, float32 [1, 1, S, S]. */
export function areaLabels({ width, height, data }: LookedArea): Tensor {
  return cast(constant({ dtype: "uint8", shape: [1, 1, height, width], data }), "float32");
}

/** Pixels with the filling where nothing is looked at. @param pixels - float32 [N, 3, S, S], integers in [0, 255]. */
export function onlyPixels(
  pixels: Tensor,
  labels: Tensor,
  { filling, width, height, data }: FilledArea,
): Tensor {
  if (filling === undefined) return pixels;
  const shape = [1, 3, height, width];
  const around = filling.map((value, i) => (data[i % data.length] === 0 ? value : 0));
  return add(
    mul(pixels, lookedShare(labels)),
    cast(constant({ dtype: "uint8", shape, data: around }), "float32"),
  );
}

/** Maps with 0 where nothing is looked at, float32 [N, C, S, S]. */
export function onlyMaps(maps: Tensor, labels: Tensor): Tensor {
  return sub(maps, mul(maps, sub(scalar(1), lookedShare(labels)))); // a difference, since -1 · 0 would be -0
}

/** Highest place of each map that is looked at, float32 [N, C]. */
export function highestLooked(maps: Tensor, labels: Tensor): Tensor {
  const around = mul(sub(scalar(1), lookedShare(labels)), scalar(lowest));
  return reduceMax(add(onlyMaps(maps, labels), around), { axes: [2, 3], keepDims: false });
}

/** Mean of the places of each map that are looked at, float32 [N, C]. */
export function meanLooked(maps: Tensor, labels: Tensor): Tensor {
  const places = reduceSum(cast(isLooked(labels), "float32"), { axes: [2, 3], keepDims: false });
  return div(reduceSum(onlyMaps(maps, labels), { axes: [2, 3], keepDims: false }), places);
}

/** Scores of tiles, the lowest of those that show nothing that is looked at. @param score - float32 [N, 1]. */
export function scoreOfLooked(score: Tensor, labels: Tensor): Tensor {
  const highest = reduceMax(labels, { axes: [2, 3], keepDims: false }); // [1, 1]
  return where(isLooked(highest), score, scalar(lowest));
}

/** Highest place of a map in each region, float32 [N, R]. @param map - float32 [N, 1, S, S]. */
export function regionScores(map: Tensor, labels: Tensor, names: readonly string[]): Tensor {
  const scores = names.map((_, i) => {
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
  labels: Tensor,
  located?: { readonly pose: Pose; readonly model: PartModel; readonly size: Size },
): Tensor {
  const each = add(mul(map, scalar(0)), labels); // [N, 1, S, S]: N is known at run time only
  return cast(located ? pictureLabels(each, located.pose, located.model, located.size) : each, "uint8");
}

/** 1 where a picture is looked at, 0 elsewhere: sums and products, since graphics cards have no kernels that move truth values about. */
function lookedShare(labels: Tensor): Tensor {
  return min(labels, scalar(1));
}

function isLooked(labels: Tensor): Tensor {
  return greater(labels, scalar(0));
}
