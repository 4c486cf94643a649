import { expect, test } from "vitest";
import { coarseNote, tilesAt } from "./tiles.ts";

const strip = { size: { width: 500, height: 1260 }, part: undefined, tilePx: 256 };

test("tiles share a quarter", () => {
  expect(tilesAt(0.5, strip)).toEqual({ scale: 0.5, overlapPx: 64 });
});

test("where a pixel of the square is three of the camera's, it is said what that hides and what seeing it costs", () => {
  // ⌈(500 - 256) / 192⌉ + 1 = 3 tiles across, ⌈(1260 - 256) / 192⌉ + 1 = 7 down
  expect(coarseNote(strip)).toBe(
    "a pixel of the 256 px square is 2 × 4.9 of the camera's: finer defects may not be found " +
      "(--resolution full reads every pixel, in 21 calls a picture in place of one; --image-size makes the square larger)",
  );
  expect(coarseNote({ ...strip, size: { width: 767, height: 767 } })).toBeUndefined();
  expect(coarseNote({ ...strip, size: { width: 768, height: 20 } })).toMatch(/3 × 0\.078 .* in 4 calls/);
  expect(coarseNote({ ...strip, size: { width: 0, height: 0 } })).toBeUndefined(); // none could be read
});
