import { expect, test } from "vitest";
import { regions } from "./regions.ts";

//   . 2 2 .
//   . . . 5
//   3 . . .
const map = { width: 4, height: 3, data: Float32Array.of(0, 2, 2, 0, 0, 0, 0, 5, 3, 0, 0, 0) };

test("regions touch by corners, have box, area, peak and centroid, and come with the highest peak first", () => {
  expect(regions(map, 1)).toEqual([
    {
      box: { x: 1, y: 0, width: 3, height: 2 },
      area: 3,
      peak: { x: 3.5, y: 1.5, score: 5 },
      centroid: { x: 2 + 0.5, y: 1 / 3 + 0.5 },
    },
    {
      box: { x: 0, y: 2, width: 1, height: 1 },
      area: 1,
      peak: { x: 0.5, y: 2.5, score: 3 },
      centroid: { x: 0.5, y: 2.5 },
    },
  ]);
});

test("they are in the pixels of the picture, whatever the map's grid", () => {
  const [first, second] = regions(map, 1, { width: 40, height: 15 });
  expect(first?.box).toEqual({ x: 10, y: 0, width: 30, height: 10 });
  expect(first?.area).toBe(3 * 10 * 5);
  expect(first?.peak).toEqual({ x: 35, y: 7.5, score: 5 });
  expect(second?.box).toEqual({ x: 0, y: 10, width: 10, height: 5 });
  const [odd] = regions(map, 4, { width: 6, height: 7 });
  expect(odd?.box).toEqual({ x: 4, y: 2, width: 2, height: 3 });
});

test("a score must be above the threshold, not at it", () => {
  expect(regions(map, 3).map(({ peak }) => peak.score)).toEqual([5]);
  expect(regions(map, 5)).toEqual([]);
});

test("what is no map, threshold or size is refused", () => {
  expect(() => regions({ ...map, width: 5 }, 1)).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
  expect(() => regions(map, Number.NaN)).toThrow("threshold: expected a finite number, got NaN.");
  expect(() => regions(map, 1, { width: 0, height: 3 })).toThrow(
    "size.width: expected an integer >= 1, got 0.",
  );
});
