/**
 * Local Outlier Factor: how much sparser a point's surroundings are than those of its neighbours.
 * Breunig, Kriegel, Ng and Sander 2000, "LOF: Identifying Density-Based Local Outliers", SIGMOD, doi:10.1145/342009.335388.
 */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import {
  add,
  cast,
  constant,
  div,
  greaterOrEqual,
  max,
  mul,
  neg,
  reduceMin,
  reduceSum,
  reduceSumSquare,
  reshape,
  scalar,
  sqrt,
  sub,
  type Tensor,
  topK,
} from "../graph/index.ts";
import { float32Points } from "./float32-points.ts";

/** Points with the density around each: plain data. */
export interface LocalOutlierFactor {
  /** Features of a point. */
  readonly dimensions: number;
  /** Neighbours that a point is compared with (the paper's MinPts). */
  readonly neighbours: number;
  /** float32 [N * dimensions]. */
  readonly points: Float32Array;
  /** Distance of each point to the last of its neighbours (the paper's k-distance), float64 [N]. */
  readonly reach: Float64Array;
  /** Local reachability density of each point, float64 [N]. */
  readonly densities: Float64Array;
  /** The factor of each point among the others, float64 [N]. */
  readonly factors: Float64Array;
}

/** Added to mean distances, so that the density of equal points is finite (as in scikit-learn). */
const leastDistance = 1e-10;

/**
 * Learns the density around each point from its nearest neighbours; a point is not its own. Points as near as the last
 * neighbour are neighbours too, as in the paper.
 *
 * @param features - float64 [N * dimensions], point after point; finite within float32's range; N >= 2.
 * @param dimensions - Features of a point, integer >= 1.
 * @param options - `neighbours`: integer >= 1, default 20 (scikit-learn's; the paper advises 10 to 20 at least); all others if
 * there are fewer.
 * @throws {OptionError} E_OPTION if an option is out of range.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if there are fewer than two points or a feature is not finite in float32.
 * @see Breunig et al. 2000, Definitions 3 to 7
 * @example
 * const lof = fitLocalOutlierFactor(Float64Array.of(0, 1, 2, 3, 9), 1, { neighbours: 2 });
 * lof.factors[4] > 2; //=> true
 */
export function fitLocalOutlierFactor(
  features: Float64Array,
  dimensions: number,
  options: { readonly neighbours?: number } = {},
): LocalOutlierFactor {
  checkInteger("neighbours", options.neighbours ?? 20, { minimum: 1 });
  const points = float32Points("fitLocalOutlierFactor", features, dimensions);
  const count = points.length / dimensions;
  if (count < 2) {
    throw new DataError("E_DATA", `fitLocalOutlierFactor: expected at least 2 points, got ${count}.`);
  }
  const neighbours = Math.min(options.neighbours ?? 20, count - 1);
  const rows = Array.from({ length: count }, (_, i) => distancesFrom(points, dimensions, i));
  const reach = Float64Array.from(rows, (row) => row.slice().sort()[neighbours - 1] ?? 0);
  const near = rows.map((row, i) => placesWithin(row, reach[i] ?? 0));
  const densities = Float64Array.from(rows, (row, i) => {
    const others = near[i] ?? [];
    const sum = others.reduce((total, j) => total + Math.max(row[j] ?? 0, reach[j] ?? 0), 0);
    return 1 / (sum / others.length + leastDistance);
  });
  const factors = densities.map((density, i) => {
    const others = near[i] ?? [];
    return others.reduce((total, j) => total + (densities[j] ?? 0), 0) / others.length / density;
  });
  return { dimensions, neighbours, points, reach, densities, factors };
}

/**
 * Factors of new points in a graph: the mean density of a point's neighbours over its own.
 *
 * @param points - float32 [M, D].
 * @returns float32 [M, 1]; about 1 where points are as dense as around their neighbours, more for lonely ones.
 * @see Breunig et al. 2000, Definition 7
 */
export function localOutlierScore(points: Tensor, lof: LocalOutlierFactor): Tensor {
  const { dimensions, neighbours } = lof;
  const count = lof.reach.length;
  const known = constant({ dtype: "float32", shape: [1, count, dimensions], data: lof.points });
  const row = (values: Float64Array) =>
    constant({ dtype: "float32", shape: [1, count], data: Float32Array.from(values) });
  const differences = sub(reshape(points, ["M", 1, dimensions]), known);
  const closeness = neg(sqrt(reduceSumSquare(differences, { axes: [2], keepDims: false }))); // -distance, [M, N]
  const last = reduceMin(topK(closeness, neighbours), { axes: [1] });
  const isNear = cast(greaterOrEqual(closeness, last), "float32");
  const sumNear = (values: Tensor) => reduceSum(mul(isNear, values), { axes: [1] });
  const near = reduceSum(isNear, { axes: [1] });
  const meanDistance = div(sumNear(max(neg(closeness), row(lof.reach))), near);
  return mul(div(sumNear(row(lof.densities)), near), add(meanDistance, scalar(leastDistance)));
}

/** Distance of each point from one of them, float64 [N]; infinite from itself. */
function distancesFrom(points: Float32Array, dimensions: number, from: number): Float64Array {
  return Float64Array.from({ length: points.length / dimensions }, (_, to) => {
    if (to === from) return Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let i = 0; i < dimensions; i++) {
      sum += ((points[from * dimensions + i] ?? 0) - (points[to * dimensions + i] ?? 0)) ** 2;
    }
    return Math.sqrt(sum);
  });
}

function placesWithin(distances: Float64Array, reach: number): number[] {
  const places: number[] = [];
  distances.forEach((distance, place) => {
    if (distance <= reach) places.push(place);
  });
  return places;
}
