/** Principal components of pictures, and the projection on them as a graph. */
import {
  constant,
  conv2d,
  convTranspose2d,
  mul,
  reduceSumSquare,
  reshape,
  scalar,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { combineRows, dot, thinSvd } from "./thin-svd.ts";

/** A mean and the directions in which rows vary most. */
export interface PrincipalComponents {
  /** float64 [D]. */
  readonly mean: Float64Array;
  /** Unit vectors at right angles, float64 [D] each; fewer than rows, none where rows do not vary. */
  readonly components: readonly Float64Array[];
  /** Variance along each (divided by N - 1), descending, > 0; float64 [K]. */
  readonly variances: Float64Array;
}

const leastShare = 1e-10; // of the largest variance, and
const leastOfMean = 1e-24; // of the mean's square: what is less is rounding

/**
 * The fewest components that explain a share of the variance.
 *
 * @param rows - At least one, float64 [D] each; N much smaller than D.
 * @param limits - `explained`: share of the variance, in (0, 1]. `most`: components at most; no limit if left out.
 * @see Jolliffe 2002, "Principal Component Analysis", sections 3.5 and 6.1.1
 */
export function principalComponents(
  rows: readonly Float64Array[],
  limits: { readonly explained: number; readonly most?: number },
): PrincipalComponents {
  const count = rows.length;
  const mean = combineRows(rows, new Float64Array(count).fill(1 / count));
  const centred = rows.map((row) => row.map((value, i) => value - (mean[i] ?? 0)));
  const { singularValues, left } = thinSvd(centred);
  const variances = singularValues.map((sigma) => sigma ** 2 / Math.max(1, count - 1));
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  const floor = Math.max(leastShare * (variances[0] ?? 0), leastOfMean * dot(mean, mean));
  let [kept, sum] = [0, 0];
  for (const variance of variances.subarray(0, Math.min(count - 1, limits.most ?? count))) {
    if (!(variance > floor) || sum >= limits.explained * total) break;
    sum += variance;
    kept++;
  }
  const components = left.slice(0, kept).map((u, k) =>
    combineRows(
      centred,
      u.map((value) => value / (singularValues[k] ?? 1)),
    ),
  );
  return { mean, components, variances: variances.slice(0, kept) };
}

/**
 * Hotelling's T² = Σ tₖ²/λₖ, t = Vᵀ(x - mean): how far out a row lies along the components.
 *
 * @param row - float64 [D].
 * @see Jackson and Mudholkar 1979, "Control Procedures for Residuals Associated With Principal Component Analysis", section 2
 */
export function hotelling(row: Float64Array, { mean, components, variances }: PrincipalComponents): number {
  const deviation = row.map((value, i) => value - (mean[i] ?? 0));
  return components.reduce((sum, v, k) => sum + dot(deviation, v) ** 2 / (variances[k] ?? 1), 0);
}

/** x - mean - VVᵀ(x - mean): what the components do not explain of a row, float64 [D]. */
export function residual(row: Float64Array, { mean, components }: PrincipalComponents): Float64Array {
  const rest = row.map((value, i) => value - (mean[i] ?? 0));
  for (const v of components) {
    const score = dot(rest, v); // the part along earlier components is gone already, and has no share in it
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - score * (v[i] ?? 0);
  }
  return rest;
}

/** Principal components of pictures as constants of a graph. */
export class PictureSubspace {
  readonly #mean: Tensor;
  readonly #side: number;
  readonly #fitted: PrincipalComponents;
  readonly #filters: Tensor | null;

  /** @param side - G of the pictures float32 [3, G, G] that the components are of. */
  constructor(fitted: PrincipalComponents, side: number) {
    this.#side = side;
    this.#fitted = fitted;
    this.#mean = this.#pictures([fitted.mean]);
    const { components } = fitted;
    this.#filters = components.length === 0 ? null : this.#pictures(components);
  }

  /** Values held. */
  get size(): number {
    const { mean, components } = this.#fitted;
    return mean.length * (1 + components.length);
  }

  /** Pictures float32 [N, 3, G, G] less their mean. */
  deviation(pictures: Tensor): Tensor {
    return sub(pictures, this.#mean);
  }

  /**
   * VVᵀx: the part of deviations [N, 3, G, G] that lies in the subspace.
   *
   * Components are filters as large as the picture, so that the arithmetic of an image does not depend on those beside it.
   */
  projection(deviation: Tensor): Tensor {
    if (this.#filters === null) return sub(deviation, deviation);
    return convTranspose2d(conv2d(deviation, this.#filters), this.#filters);
  }

  /** {@link hotelling} of deviations, float32 [N, 1, 1, 1]. */
  hotelling(deviation: Tensor): Tensor {
    if (this.#filters === null) return reshape(scalar(0), [1, 1, 1, 1]);
    const { variances } = this.#fitted;
    const scales = Float32Array.from(variances, (variance) => 1 / Math.sqrt(variance));
    const column = constant({ dtype: "float32", shape: [1, scales.length, 1, 1], data: scales });
    return reduceSumSquare(mul(conv2d(deviation, this.#filters), column), { axes: [1] });
  }

  #pictures(rows: readonly Float64Array[]): Tensor {
    const length = rows[0]?.length ?? 0;
    const data = new Float32Array(rows.length * length);
    for (const [k, row] of rows.entries()) data.set(row, k * length);
    return constant({ dtype: "float32", shape: [rows.length, 3, this.#side, this.#side], data });
  }
}
