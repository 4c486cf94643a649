/** Linear maps that make the spread of feature vectors the same in all directions. */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";

/** x → W·(x - mean): mean 0 and covariance close to the identity. */
export interface Whitening {
  /** float64 [D]. */
  readonly mean: Float64Array;
  /** W, float64 [D, D], lower triangular: the inverse of the covariance's Cholesky factor. */
  readonly matrix: Float64Array;
}

/**
 * The whitening of vectors whose covariance C = L·Lᵀ gets `ridge` times its mean variance on the diagonal: W = L⁻¹.
 *
 * @param rows - At least one vector [D].
 * @param ridge - Keeps directions without spread from counting for ever, > 0. Default 1e-3 (ours).
 * @throws {DataError} E_DATA if there are no rows or a value is not finite.
 */
export function fitWhitening(rows: readonly Float32Array[], ridge = 1e-3): Whitening {
  const size = rows[0]?.length ?? 0;
  checkInteger("rows", rows.length, { minimum: 1 });
  const mean = new Float64Array(size);
  for (const row of rows)
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (row[i] ?? 0) / rows.length;
  const covariance = covarianceOf(rows, mean);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] ?? 0;
  if (!Number.isFinite(trace)) {
    throw new DataError("E_DATA", "fitWhitening: expected finite features, got NaN or Infinity.");
  }
  return { mean, matrix: whiteningMatrix(covariance, size, (ridge * trace) / size) };
}

/**
 * W = L⁻¹ of C + added·I = L·Lᵀ.
 *
 * @param covariance - C, float64 [D, D], its lower triangle; changed: the diagonal grows.
 * @param added - Variance that every direction gets, > 0; a little more keeps W finite.
 * @returns float64 [D, D], lower triangular.
 */
export function whiteningMatrix(covariance: Float64Array, size: number, added: number): Float64Array {
  for (let i = 0; i < size; i++) {
    covariance[i * size + i] = (covariance[i * size + i] ?? 0) + added + 1e-9;
  }
  return invertLowerTriangle(choleskyFactor(covariance, size), size);
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
