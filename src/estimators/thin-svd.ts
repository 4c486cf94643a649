/** Singular values of few rows of many values, through their small Gram matrix. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Rows X, [N, D], N much smaller than D: X = U·Σ·Vᵀ without V, whose rows are {@link combineRows} of X by uₖ/σₖ. */
export interface ThinSvd {
  /** σ, descending, >= 0; float64 [N]. */
  readonly singularValues: Float64Array;
  /** The columns u of U in the same order, float64 [N] each. */
  readonly left: readonly Float64Array[];
}

/**
 * The decomposition by the eigenvalues of X·Xᵀ: σ² and u.
 *
 * Singular values under 1e-7 of the largest are lost in rounding.
 *
 * @param rows - At least one, all of one length.
 * @see Golub and Van Loan 2013, "Matrix Computations", section 8.6
 */
export function thinSvd(rows: readonly Float64Array[]): ThinSvd {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gramMatrix(rows), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((value, index) => ({ value: Math.max(0, value), index }))
    .sort((a, b) => b.value - a.value);
  return {
    singularValues: Float64Array.from(order, ({ value }) => Math.sqrt(value)),
    left: order.map(({ index }) => Float64Array.from(eigenvectorMatrix.getColumn(index))),
  };
}

/**
 * Σ wᵢ·xᵢ.
 *
 * @param rows - float64 [D] each.
 * @param weights - One for each row.
 * @param into - Overwritten with the sum if given.
 */
export function combineRows(
  rows: readonly Float64Array[],
  weights: ArrayLike<number>,
  into: Float64Array = new Float64Array(rows[0]?.length ?? 0),
): Float64Array {
  into.fill(0);
  const none = into.subarray(0, 0);
  for (let i = 0; i < rows.length; i += 4) {
    // four rows at a time: the sum is read and written a quarter as often
    const [a = none, b = a, c = a, d = a] = rows.slice(i, i + 4);
    const [u = 0, v = 0, w = 0, z = 0] = Array.from({ length: 4 }, (_, k) => weights[i + k] ?? 0);
    for (let k = 0; k < into.length; k++) {
      into[k] = (into[k] ?? 0) + u * (a[k] ?? 0) + v * (b[k] ?? 0) + w * (c[k] ?? 0) + z * (d[k] ?? 0);
    }
  }
  return into;
}

/** Sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let [even, odd] = [0, 0]; // two sums: the second addition need not wait for the first
  const last = a.length - 1;
  for (let k = 0; k < last; k += 2) {
    even += (a[k] ?? 0) * (b[k] ?? 0);
    odd += (a[k + 1] ?? 0) * (b[k + 1] ?? 0);
  }
  return even + odd + (a.length % 2 === 0 ? 0 : (a[last] ?? 0) * (b[last] ?? 0));
}

function gramMatrix(rows: readonly Float64Array[]): Matrix {
  const gram = new Matrix(rows.length, rows.length);
  for (const [i, a] of rows.entries()) {
    for (let j = 0; j <= i; j++) {
      const product = dot(a, rows[j] ?? a);
      gram.set(i, j, product);
      gram.set(j, i, product);
    }
  }
  return gram;
}
