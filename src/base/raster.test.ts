import { expect, test } from "vitest";
import { OptionError, ShapeError } from "./errors.ts";
import { checkRaster } from "./raster.ts";

test("pixel data fits its size and channels", () => {
  expect(checkRaster("image", { width: 2, height: 3, data: new Uint8Array(18) }, 3)).toBeUndefined();
  const short = { width: 2, height: 3, data: new Uint8Array(6) };
  expect(() => checkRaster("image", short, 3)).toThrow(ShapeError);
  expect(() => checkRaster("image", short, 3)).toThrow("image.data: expected 2 x 3 x 3 = 18 values, got 6.");
});

test("a size is made of positive integers", () => {
  const data = new Uint8Array(0);
  expect(() => checkRaster("mask", { width: 0, height: 3, data }, 1)).toThrow(OptionError);
  expect(() => checkRaster("mask", { width: 2, height: 1.5, data }, 1)).toThrow(
    "mask.height: expected an integer >= 1, got 1.5.",
  );
});
