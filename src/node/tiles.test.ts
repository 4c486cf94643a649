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
      "(resolution full reads every pixel, in 21 calls a picture in place of one; a larger image size makes the square larger)",
  );
  expect(coarseNote({ ...strip, size: { width: 767, height: 767 } })).toBeUndefined();
  expect(coarseNote({ ...strip, size: { width: 768, height: 20 } })).toMatch(/3 × 0\.078 .* in 4 calls/);
  expect(coarseNote({ ...strip, size: { width: 0, height: 0 } })).toBeUndefined(); // none could be read
});

test("where a part is found, what counts is the frame around it", () => {
  const model = { aspect: 0.5, contrast: 1, frame: 0.768, turns: true, template: [] };
  const limits = { misfit: 1, area: { least: 0, most: 1 }, onBorder: 0 };
  const found = { size: { width: 1000, height: 500 }, part: { model, limits }, tilePx: 256 };
  expect(coarseNote(found)).toMatch(/^a pixel of the 256 px square is 3 × 3 of the camera's: .* in 16 calls/); // 768 px: (⌈512 / 192⌉ + 1)²
  expect(
    coarseNote({ ...found, part: { ...found.part, model: { ...model, frame: 0.767 } } }),
  ).toBeUndefined();
});
