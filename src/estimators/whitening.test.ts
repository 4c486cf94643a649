import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { meanVariance, transposedStack, whiteningMatrix } from "./whitening.ts";

test("whitening by hand: variances 4 and 1 become 1", () => {
  const matrix = whiteningMatrix(Float64Array.of(4, 0, 0, 1), 2, 1e-12);
  expectAllClose(matrix, [1 / 2, 0, 0, 1], { rtol: 1e-6, atol: 1e-9 });
});

test("W·C·Wᵀ is the identity", () => {
  const size = 4;
  const random = new Random(1);
  const factor = Array.from({ length: size * size }, () => random.normal());
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Float64Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (a[row * size + k] ?? 0) * (b[k * size + column] ?? 0);
      return sum;
    });
  const transposed = (a: ArrayLike<number>) =>
    Float64Array.from({ length: size * size }, (_, at) => a[(at % size) * size + Math.floor(at / size)] ?? 0);
  const covariance = product(factor, transposed(factor));
  const matrix = whiteningMatrix(covariance.slice(), size, 1e-12);
  const identity = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  expectAllClose(product(product(matrix, covariance), transposed(matrix)), identity, { atol: 1e-6 });
});

test("a direction without spread counts, but not for ever", () => {
  const matrix = whiteningMatrix(Float64Array.of(208, 0, 0, 0), 2, 1e-3 * 104);
  expect(matrix[3]).toBeCloseTo(1 / Math.sqrt(0.104), 4);
});

test("a stack holds the transposes one after the other", () => {
  const stack = transposedStack(2, 2, (index) =>
    Float64Array.of(1, 2, 3, 4).map((value) => value + 10 * index),
  );
  expect(stack).toEqual({
    dtype: "float32",
    shape: [2, 2, 2],
    data: Float32Array.of(1, 3, 2, 4, 11, 13, 12, 14),
  });
  expect(transposedStack(0, 2, () => new Float64Array()).data).toHaveLength(0);
});

test("the mean variance is that of the diagonal", () => {
  expect(meanVariance(Float64Array.of(4, 9, 9, 2), 2)).toBe(3);
});
