/** Linear maps that make the spread of feature vectors the same in all directions. */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";

/** Mean and covariance of feature vectors. */
export interface Spread {
  /** float64 [D]. */
  readonly mean: Float64Array;
  /** float64 [D, D]; only the lower triangle is used. */
  readonly covariance: Float64Array;
}

/** Options of {@link whiteningMatrix}. */
export interface WhiteningOptions {
  readonly ridge?: number;
  readonly floor?: number;
}

/**
 * Mean and covariance.
 *
 * @param rows - At least one vector [D].
 * @throws {DataError} E_DATA if there are no rows or a value is not finite.
 */
export function spreadOf(rows: readonly Float32Array[]): Spread {
  const size = rows[0]?.length ?? 0;
  checkInteger("rows", rows.length, { minimum: 1 });
  const mean = new Float64Array(size);
  for (const row of rows)
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (row[i] ?? 0) / rows.length;
  const covariance = covarianceOf(rows, mean);
  if (!Number.isFinite(meanVariance(covariance, size))) {
    throw new DataError("E_DATA", "spreadOf: expected finite features, got NaN or Infinity.");
  }
  return { mean, covariance };
}

/**
 * The whitening W = L⁻¹ of vectors of covariance C = L·Lᵀ: W·(x - mean) has a covariance close to the identity.
 *
 * @param covariance - float64 [D, D], its lower triangle.
 * @param options - `ridge`: added to each variance, as a share of it; default 1e-3 (ours). `floor`: added to each, as a share of
 * their mean, so that directions without spread do not count for ever; default 1e-4 (ours).
 * @returns W, float64 [D, D], lower triangular.
 */
export function whiteningMatrix(
  covariance: Float64Array,
  size: number,
  { ridge = 1e-3, floor = 1e-4 }: WhiteningOptions = {},
): Float64Array {
  const ridged = covariance.slice();
  const added = floor * meanVariance(covariance, size) + 1e-9;
  for (let i = 0; i < size; i++) ridged[i * size + i] = (1 + ridge) * (ridged[i * size + i] ?? 0) + added;
  return invertLowerTriangle(choleskyFactor(ridged, size), size);
}

function meanVariance(covariance: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] ?? 0;
  return trace / size;
}

function covarianceOf(rows: readonly Float32Array[], mean: Float64Array): Float64Array {
  const size = mean.length;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) centred[i] = (row[i] ?? 0) - (mean[i] ?? 0);
    for (let i = 0; i < size; i++) {
      const value = (centred[i] ?? 0) / rows.length;
      for (let j = 0; j <= i; j++)
        covariance[i * size + j] = (covariance[i * size + j] ?? 0) + value * (centred[j] ?? 0);
    }
  }
  return covariance;
}

/** L of C = L·Lᵀ, from the lower triangle of C. @see Golub and Van Loan 2013, "Matrix Computations", section 4.2 */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (factor[i * size + k] ?? 0) * (factor[j * size + k] ?? 0);
      factor[i * size + j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / (factor[j * size + j] ?? 1);
    }
  }
  return factor;
}

function invertLowerTriangle(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let rest = row === column ? 1 : 0;
      for (let k = column; k < row; k++)
        rest -= (factor[row * size + k] ?? 0) * (inverse[k * size + column] ?? 0);
      inverse[row * size + column] = rest / (factor[row * size + row] ?? 1);
    }
  }
  return inverse;
}
