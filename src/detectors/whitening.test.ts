import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { fitWhitening, type Whitening } from "./whitening.ts";

function whitened({ mean, matrix }: Whitening, row: Float32Array): number[] {
  return Array.from(mean, (_, i) =>
    Array.from(row, (value, k) => (matrix[i * row.length + k] ?? 0) * (value - (mean[k] ?? 0))).reduce(
      (a, b) => a + b,
    ),
  );
}

test("whitening by hand: four points of variance 4 and 1 along the axes", () => {
  const rows = [
    [2, 1],
    [-2, 1],
    [2, -1],
    [-2, -1],
  ].map((row) => Float32Array.from(row));
  const { mean, matrix } = fitWhitening(rows, 1e-12);
  expectAllClose(mean, [0, 0], { atol: 1e-12 });
  expectAllClose(matrix, [1 / 2, 0, 0, 1], { rtol: 1e-6, atol: 1e-9 });
});

test("whitened vectors have mean 0 and the identity as covariance", () => {
  const random = new Random(1);
  const rows = Array.from({ length: 400 }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return Float32Array.of(3 + a, a + 0.2 * b, 5 * c - b);
  });
  const whitening = fitWhitening(rows, 1e-9);
  const white = rows.map((row) => whitened(whitening, row));
  for (let i = 0; i < 3; i++) {
    expect(Math.abs(white.reduce((sum, row) => sum + (row[i] ?? 0), 0) / 400)).toBeLessThan(1e-6);
    for (let j = 0; j < 3; j++) {
      const covariance = white.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / 400;
      expect(covariance).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  }
});

test("a direction without spread counts, but not for ever", () => {
  const rows = Array.from({ length: 50 }, (_, i) => Float32Array.of(i - 24.5, 7));
  const off = whitened(fitWhitening(rows), Float32Array.of(0, 8));
  expect(off[1]).toBeGreaterThan(1);
  expect(off[1]).toBeLessThan(100);
});

test("features that are not finite are refused", () => {
  expect(() => fitWhitening([Float32Array.of(1, Number.NaN), Float32Array.of(0, 1)])).toThrow(
    "fitWhitening: expected finite features, got NaN or Infinity.",
  );
});
