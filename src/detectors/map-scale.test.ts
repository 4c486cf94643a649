import { expect, test } from "vitest";
import { fitMapScales, maximum } from "./map-scale.ts";

async function* images(...maps: number[][]) {
  for (const map of maps) {
    yield { dtype: "float32" as const, shape: [1, 2, 1, map.length / 2], data: Float32Array.from(map) };
  }
}

test("each map's scale is its mean and what nine images in ten stay below", async () => {
  const maps = Array.from({ length: 10 }, (_, i) => [i, 0, -1, -3]);
  expect(await fitMapScales(images(...maps))).toEqual([
    { mean: 2.25, usualMaximum: 9 },
    { mean: -2, usualMaximum: -1 },
  ]);
  const twenty = Array.from({ length: 20 }, (_, i) => [i, i, 0, 0]);
  expect((await fitMapScales(images(...twenty)))[0]?.usualMaximum).toBe(18);
});

test("one image is its own scale", async () => {
  expect(await fitMapScales(images([1, 3, 0, 0]))).toEqual([
    { mean: 2, usualMaximum: 3 },
    { mean: 0, usualMaximum: 0 },
  ]);
});

test("maximum looks at all values, however many", () => {
  expect(maximum(new Float32Array(1_000_000).fill(-2))).toBe(-2);
  expect(maximum([1, 7n, 3])).toBe(7);
});
