/** From several maps to one: each is brought to its level and its scale, then they are put together. */
import { type NdArray, ndArray } from "../base/array.ts";
import {
  add,
  constant,
  max,
  mul,
  reduceMax,
  reduceMean,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { highestLooked } from "./area-graph.ts";
import { levelled } from "./map-level.ts";
import { type MapScale, scaleFactor } from "./map-scale.ts";
import type { MapGroup } from "./map-source.ts";

/** Scales of C maps as tensors, float32 [1, C, 1, 1] each. */
export interface ScaleColumns {
  readonly mean: Tensor;
  readonly factor: Tensor;
  /** Absent where maps are read as they are. */
  readonly level?: { readonly usual: Tensor; readonly most: Tensor };
}

/** Rows of {@link scalesArray}. */
export const scaleRows = 4;

/** Mean, factor, usual level and largest shift of each map, float32 [4, C]: what a graph is given whose scales are an input. */
export function scalesArray(scales: readonly MapScale[]): NdArray<"float32"> {
  const rows = [
    scales.map(({ mean }) => mean),
    scales.map(scaleFactor),
    scales.map(({ level }) => level?.usual ?? 0),
    scales.map(({ level }) => level?.most ?? 0),
  ];
  return ndArray("float32", [scaleRows, scales.length], Float32Array.from(rows.flat()));
}

/** The columns of an input float32 [4, C]. */
export function columnsOf(scales: Tensor, readsFromLevel: boolean): ScaleColumns {
  const count = Number(scales.shape[1]);
  return columns(
    (row) => reshape(slice(scales, { axis: 0, start: row, end: row + 1 }), [1, count, 1, 1]),
    readsFromLevel,
  );
}

/** Scales that are known. */
export function constantColumns(scales: readonly MapScale[]): ScaleColumns {
  const { data } = scalesArray(scales);
  const count = scales.length;
  return columns(
    (row) =>
      constant({
        dtype: "float32",
        shape: [1, count, 1, 1],
        data: data.slice(row * count, (row + 1) * count),
      }),
    scales.some(({ level }) => level !== undefined),
  );
}

function columns(row: (i: number) => Tensor, hasLevels: boolean): ScaleColumns {
  return { mean: row(0), factor: row(1), ...(hasLevels && { level: { usual: row(2), most: row(3) } }) };
}

/** Each map brought to its level and its scale: 0 is an average pixel of a good image, 1 what few good images exceed. */
export function scaled(
  maps: Tensor,
  { mean, factor, level }: ScaleColumns,
  labels: Tensor | undefined,
): Tensor {
  const even = level ? levelled(maps, level, labels) : maps;
  return mul(sub(even, mean), factor);
}

/**
 * The anomaly map, [N, 1, H, W], from maps on one scale.
 *
 * @param groups - Default: the mean of all maps.
 */
export function fusedMap(maps: Tensor, groups?: readonly MapGroup[]): Tensor {
  if (groups === undefined) return reduceMean(maps, { axes: [1] });
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  const mapAt = (i: number) => slice(maps, { axis: 1, start: i, end: i + 1 });
  return groups
    .map((group) => mul(group.maps.map(mapAt).reduce(max), scalar(group.weight / total)))
    .reduce(add);
}

/** Highest pixel of a map that is looked at, float32 [N, 1]. */
export function highestOf(map: Tensor, labels: Tensor | undefined): Tensor {
  if (labels !== undefined) return highestLooked(map, labels);
  return reshape(reduceMax(map, { axes: [1, 2, 3], keepDims: false }), [map.shape[0] ?? "N", 1]);
}
