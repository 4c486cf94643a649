import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { applySymmetry, type Symmetry, sourceWalk, symmetries } from "./symmetry.ts";

const square = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
const pencil: Record<Symmetry, number[]> = {
  identity: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  flipX: [3, 2, 1, 6, 5, 4, 9, 8, 7],
  flipY: [7, 8, 9, 4, 5, 6, 1, 2, 3],
  rot90: [3, 6, 9, 2, 5, 8, 1, 4, 7],
  rot180: [9, 8, 7, 6, 5, 4, 3, 2, 1],
  rot270: [7, 4, 1, 8, 5, 2, 9, 6, 3],
  transpose: [1, 4, 7, 2, 5, 8, 3, 6, 9],
  antitranspose: [9, 6, 3, 8, 5, 2, 7, 4, 1],
};

test.each(symmetries)("%s of a 3 x 3 square, by hand", (symmetry) => {
  expect([...applySymmetry(symmetry, square, 3, 1)]).toEqual(pencil[symmetry]);
});

test("channels are moved alike and stay apart", () => {
  const pixels = Uint8Array.from([1, 2, 3, 4, 11, 12, 13, 14]);
  expect([...applySymmetry("rot90", pixels, 2, 2)]).toEqual([2, 4, 1, 3, 12, 14, 11, 13]);
});

test("any two symmetries after one another are again one of the eight", () => {
  const random = new Random(1);
  const pixels = Uint8Array.from({ length: 5 * 5 }, () => random.integer(256));
  const images = new Map(
    symmetries.map((symmetry) => [applySymmetry(symmetry, pixels, 5, 1).join(), symmetry]),
  );
  expect(images.size).toBe(8);
  for (const first of symmetries) {
    const results = symmetries.map((second) =>
      applySymmetry(second, applySymmetry(first, pixels, 5, 1), 5, 1).join(),
    );
    expect(new Set(results).size).toBe(8);
    expect(results.every((result) => images.has(result))).toBe(true);
  }
  expect([...applySymmetry("rot90", applySymmetry("rot90", pixels, 5, 1), 5, 1)]).toEqual([
    ...applySymmetry("rot180", pixels, 5, 1),
  ]);
});

test("a walk with a stride reads a patch inside a larger picture", () => {
  const picture = Uint8Array.from({ length: 16 }, (_, i) => i); // 4 x 4
  const walk = sourceWalk("rot270", 2, 4);
  const read = (y: number, x: number): number =>
    picture[5 + walk.start + y * walk.perRow + x * walk.perColumn] ?? -1;
  expect([read(0, 0), read(0, 1), read(1, 0), read(1, 1)]).toEqual([9, 5, 10, 6]);
});
