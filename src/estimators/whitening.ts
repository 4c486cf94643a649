/** Linear maps that make the spread of feature vectors the same in all directions. */
import type { NdArray } from "../base/array.ts";

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

/**
 * The transposes of `count` matrices, as a graph multiplies rows with them.
 *
 * @param matrixAt - Matrix number `index`, float64 [D, D], D = `size`; only one of them is held at a time.
 * @returns float32 [count, D, D].
 */
export function transposedStack(
  count: number,
  size: number,
  matrixAt: (index: number) => Float64Array,
): NdArray<"float32"> {
  const data = new Float32Array(count * size * size);
  for (let index = 0; index < count; index++) {
    matrixAt(index).forEach((value, i) => {
      data[(index * size + (i % size)) * size + Math.floor(i / size)] = value;
    });
  }
  return { dtype: "float32", shape: [count, size, size], data };
}

/** The mean of the diagonal. @param covariance - float64 [D, D], D = `size`. */
export function meanVariance(covariance: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] ?? 0;
  return trace / size;
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
