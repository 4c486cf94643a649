import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "./random.ts";
import { SimplexNoise, simplexField } from "./simplex-noise.ts";

const octaves = { coarsestPx: 16, octaves: 4, persistence: 0.8 };

test("simplex noise stays within [-1, 1] and uses most of it", () => {
  const noise = new SimplexNoise(new Random(3));
  const values = Array.from({ length: 40_000 }, (_, i) =>
    noise.at((i % 200) * 0.37, Math.floor(i / 200) * 0.41),
  );
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
  expect(Math.max(...values)).toBeGreaterThan(0.8);
  expect(Math.min(...values)).toBeLessThan(-0.8);
});

test("simplex noise is 0 at the corners of its triangles, and smooth everywhere", () => {
  const noise = new SimplexNoise(new Random(4));
  const unskew = (3 - Math.sqrt(3)) / 6;
  for (const [i, j] of [
    [0, 0],
    [3, -2],
    [300, 7],
  ] as const) {
    expect(noise.at(i - (i + j) * unskew, j - (i + j) * unskew)).toBeCloseTo(0, 6);
  }
  const anywhere = fc.double({ min: -300, max: 300, noNaN: true });
  fc.assert(
    fc.property(anywhere, anywhere, (x, y) => {
      expect(Math.abs(noise.at(x + 1e-5, y - 1e-5) - noise.at(x, y))).toBeLessThan(2e-4);
    }),
  );
});

test("the same seed gives the same field, another seed another", () => {
  const field = (seed: number) => simplexField(16, octaves, new Random(seed));
  expect(field(1)).toEqual(field(1));
  expect(field(1)).not.toEqual(field(2));
});

test("a field has mean 0 and variance 1", () => {
  const field = simplexField(48, octaves, new Random(5));
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const variance = field.reduce((sum, value) => sum + (value - mean) ** 2, 0) / field.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(variance).toBeCloseTo(1, 5);
});

/** Share of the power of a square field's rows at waves of 8 pixels and longer; a quarter of all waves are that long. */
function longWaveShare(field: Float32Array, side: number): number {
  let [long, all] = [0, 0];
  for (let row = 0; row < side; row++) {
    for (let wave = -side / 2; wave < side / 2; wave++) {
      let [real, imaginary] = [0, 0];
      for (let x = 0; x < side; x++) {
        const angle = (2 * Math.PI * wave * x) / side;
        real += (field[row * side + x] ?? 0) * Math.cos(angle);
        imaginary += (field[row * side + x] ?? 0) * Math.sin(angle);
      }
      const power = real ** 2 + imaginary ** 2;
      all += power;
      if (Math.abs(wave) <= side / 8) long += power;
    }
  }
  return long / all;
}

test("the power of simplex noise is in long waves, that of white noise in all alike", () => {
  const side = 64;
  const white = longWaveShare(new Random(6).normals(side * side), side);
  expect(white).toBeGreaterThan(0.22);
  expect(white).toBeLessThan(0.3);
  const coarse = { coarsestPx: 16, octaves: 1, persistence: 1 };
  expect(longWaveShare(simplexField(side, coarse, new Random(6)), side)).toBeGreaterThan(0.95);
  expect(longWaveShare(simplexField(side, octaves, new Random(6)), side)).toBeGreaterThan(0.6);
});
