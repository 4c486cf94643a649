import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnomalyMap } from "../base/raster.ts";
import { fitWithin, resizeImage, resizeMap, resizeMask } from "./resample.ts";

function row(...scores: number[]): AnomalyMap {
  return { width: scores.length, height: 1, data: Float32Array.from(scores) };
}

function maskRow(...inside: number[]) {
  return { width: inside.length, height: 1, data: Uint8Array.from(inside) };
}

function resizedRow(map: AnomalyMap, width: number): number[] {
  return Array.from(resizeMap(map, { width, height: 1 }).data);
}

test("a growing map is bilinear with half-pixel centres and repeated borders", () => {
  expect(resizedRow(row(0, 1), 4)).toEqual([0, 0.25, 0.75, 1]);
  expect(resizedRow(row(3), 3)).toEqual([3, 3, 3]);
});

test("both axes are interpolated", () => {
  const map = { width: 2, height: 2, data: Float32Array.of(0, 4, 8, 12) };
  expect(Array.from(resizeMap(map, { width: 2, height: 4 }).data)).toEqual([0, 4, 2, 6, 6, 10, 8, 12]);
});

test("a shrinking map is averaged by a triangle two target pixels wide", () => {
  // Weights 1/8, 3/8, 3/8, 1/8 around each target's centre, the border repeated.
  expect(resizedRow(row(0, 0, 8, 8), 2)).toEqual([1, 7]);
  expect(resizedRow(row(2, 4), 1)).toEqual([3]);
});

test("a map of the same size is unchanged and new", () => {
  const map = row(1, 5, -2);
  const same = resizeMap(map, map);
  expect(same).toEqual(map);
  expect(same.data).not.toBe(map.data);
});

test("a resized map stays within the range of the map, but for float32 rounding", () => {
  const sizes = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 6, maxLength: 6 }),
      sizes,
      sizes,
      (scores, width, height) => {
        const map = { width: 3, height: 2, data: Float32Array.from(scores) };
        const { data } = resizeMap(map, { width, height });
        expect(data).toHaveLength(width * height);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-5);
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...scores) + 1e-5);
      },
    ),
  );
});

test("the channels of a picture do not mix", () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(0, 100, 200, 100, 100, 0) };
  expect(Array.from(resizeImage(image, { width: 1, height: 1 }).data)).toEqual([50, 100, 100]);
});

test("a shrinking mask keeps every pixel that a defect touches, a growing one its edge", () => {
  const shrunk = (...inside: number[]) =>
    Array.from(resizeMask(maskRow(...inside), { width: 2, height: 1 }).data);
  expect(shrunk(0, 0, 0, 255)).toEqual([0, 1]);
  expect(shrunk(0, 0, 0, 0)).toEqual([0, 0]);
  expect(shrunk(255, 255, 255, 255)).toEqual([1, 1]);
  expect(Array.from(resizeMask(maskRow(0, 7), { width: 4, height: 1 }).data)).toEqual([0, 0, 1, 1]);
});

test("data that does not fit its size is refused", () => {
  expect(() =>
    resizeMap({ width: 2, height: 2, data: new Float32Array(3) }, { width: 1, height: 1 }),
  ).toThrow(
    expect.objectContaining({ code: "E_SHAPE", message: "map.data: expected 2 x 2 x 1 = 4 values, got 3." }),
  );
});

test("fitWithin keeps proportions and at least one pixel", () => {
  expect(fitWithin({ width: 400, height: 200 }, 100)).toEqual({ width: 100, height: 50 });
  expect(fitWithin({ width: 5, height: 10 }, 20)).toEqual({ width: 10, height: 20 });
  expect(fitWithin({ width: 1, height: 1000 }, 10)).toEqual({ width: 1, height: 10 });
});
