import { expect, test } from "vitest";
import { inParts } from "./in-parts.ts";

const megabyte = 2 ** 20;
const pictures = (...sizes: number[]): File[] =>
  sizes.map((size, i) => new File([new Uint8Array(size)], `${i}.png`));

test("pictures go in parts of at most 32 and 16 MB, in their order; a larger one goes alone", () => {
  const parts = inParts(pictures(...Array.from({ length: 70 }, () => 1)));
  expect(parts.map(({ length }) => length)).toEqual([32, 32, 6]);
  expect(parts.flat().map(({ name }) => name)).toEqual(Array.from({ length: 70 }, (_, i) => `${i}.png`));
  const sizes = inParts(pictures(20 * megabyte, 9 * megabyte, 7 * megabyte, 1)).map((part) => part.length);
  expect(sizes).toEqual([1, 2, 1]);
  expect(inParts([])).toEqual([]);
});
