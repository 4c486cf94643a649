import { expect, test } from "vitest";
import { usualDisturbances } from "../data/index.ts";
import { disturbanceCount, stressedPlaces, toleratedScore, underEach } from "./disturbed-copies.ts";

test.each([
  [20, 0.05, 18], // 3 of 21 may lie above: the third highest of 1 .. 20
  [39, 0.05, 34],
  [20, 0.3, 15], // a higher rate than 15 % is asked for: the sixth highest
  [3, 0.05, 3], // 15 % of so few are none
])(
  "of %i pictures under one disturbance, at a rate of %f, the tolerated score is %i",
  (pictures, rate, expected) => {
    const rows = Array.from({ length: pictures }, (_, i) => [i + 1]);
    expect(toleratedScore(rows, rate)).toEqual({ score: expected, under: "darker" });
  },
);

test("the disturbance that is minded most decides, and copies that do not count are left out", () => {
  const rows = Array.from({ length: 19 }, (_, i) => [i, 2 * i, undefined]);
  expect(toleratedScore(rows, 0.05)).toEqual({ score: 2 * 16, under: "brighter" });
  expect(
    toleratedScore(
      [
        [1, undefined],
        [2, 7],
      ],
      0.05,
    ),
  ).toEqual({ score: 7, under: "brighter" });
  expect(toleratedScore([[undefined]], 0.05)).toBeUndefined();
  expect(toleratedScore([], 0.05)).toBeUndefined();
});

test("all pictures are stressed where they are few, evenly spaced ones where they are many, fewer in tiles", () => {
  expect(stressedPlaces(3, { readInTiles: false })).toEqual([0, 1, 2]);
  const places = stressedPlaces(390, { readInTiles: false });
  expect(places).toEqual(Array.from({ length: 39 }, (_, i) => 10 * i));
  expect(stressedPlaces(390, { readInTiles: true })).toHaveLength(19);
});

test("a picture is shown in every usual way, a small one shifted by less", () => {
  const shiftOf = (sidePx: number) =>
    underEach(sidePx, ({ shift }) => shift).filter((shift) => shift !== undefined);
  expect(underEach(256, (each) => each)).toEqual(usualDisturbances.map(({ disturbance }) => disturbance));
  expect(disturbanceCount).toBe(usualDisturbances.length);
  expect(shiftOf(1024)).toEqual([[2, 0]]);
  expect(shiftOf(64)).toEqual([[0.5, 0]]);
});
