import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { areAligned, explainedByPlace } from "./alignment.ts";

const common = new Random(7).normals(100);

/** Images of 2 dimensions and 50 places: a picture that all have, and `own` of noise in each. */
function images(count: number, own: number): Float32Array[] {
  const random = new Random(8);
  return Array.from({ length: count }, () => common.map((value) => value + own * random.normal()));
}

test("the share that the place explains is that of what all images have", () => {
  const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = meanOf(
    common.map((value, i) => (value - meanOf(common.subarray(i < 50 ? 0 : 50, i < 50 ? 50 : 100))) ** 2),
  );
  for (const own of [0.5, 1, 2]) {
    const expected = (spread - own ** 2 / 100) / (spread + own ** 2); // the mean of 100 images is off by own² / 100
    expect(Math.abs(explainedByPlace(images(200, own), 2) - expected)).toBeLessThan(0.02);
  }
});

test("images that have nothing in common are not aligned, nor is one alone; those without spread are", () => {
  const strangers = images(40, 0).map((_, i) => new Random(i).normals(100));
  expect(Math.abs(explainedByPlace(strangers, 2))).toBeLessThan(0.1);
  expect(areAligned(strangers, 2)).toBe(false);
  expect(areAligned(images(1, 0), 2)).toBe(false);
  expect(areAligned([new Float32Array(100).fill(3), new Float32Array(100).fill(3)], 2)).toBe(true);
});

test("a tenth of the spread is enough", () => {
  expect(areAligned(images(200, 2), 2)).toBe(true); // a fifth
  expect(areAligned(images(200, 4), 2)).toBe(false); // a seventeenth
});
