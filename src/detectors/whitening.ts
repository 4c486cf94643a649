/** Linear maps that make the spread of feature vectors the same in all directions. */
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
 * Writes the transpose of matrix number `index` of a stack, as the graph multiplies rows with it.
 *
 * @param stack - float32 [n, D, D].
 * @param matrix - float64 [D, D].
 */
export function putTransposed(stack: Float32Array, index: number, matrix: Float64Array, size: number): void {
  matrix.forEach((value, i) => {
    stack[(index * size + (i % size)) * size + Math.floor(i / size)] = value;
  });
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
