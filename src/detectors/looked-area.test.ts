import { expect, test } from "vitest";
import { areaAtSize, areaInFrame, drawnArea, meanPicture, onlyArea, shareLooked } from "./looked-area.ts";

const size = { width: 6, height: 4 };

test("rectangles of one name are one region, the first of two counts where they overlap, and the rest is ignored", () => {
  const { names, data } = drawnArea(size, {
    regions: [
      { name: "head", x: 0, y: 0, width: 2, height: 1 },
      { x: 1, y: 0, width: 2, height: 2 },
      { name: "head", x: 5, y: 3, width: 1, height: 1 },
    ],
  });
  expect(names).toEqual(["head", "region 2"]);
  expect(Array.from(data)).toEqual([1, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test("what is black in a mask is ignored, in regions too; a smaller mask is scaled", () => {
  const mask = { width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 0, 1, 0) };
  const masked = drawnArea(size, { regions: [], mask });
  expect(masked.names).toEqual([]);
  expect(Array.from(masked.data)).toEqual([
    1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0,
  ]);
  const both = drawnArea(size, { regions: [{ name: "left", x: 0, y: 0, width: 3, height: 4 }], mask });
  expect(Array.from(both.data)).toEqual([
    1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0,
  ]);
});

test("on another grid, each pixel has what lies under its middle", () => {
  const area = drawnArea(size, { regions: [{ name: "right", x: 3, y: 0, width: 3, height: 4 }] });
  expect(Array.from(areaAtSize(area, { width: 2, height: 2 }).data)).toEqual([0, 1, 0, 1]);
  expect(shareLooked(area)).toBe(0.5);
});

test("in the frame of a part that lies on its side, the area lies there, too", () => {
  const square = { width: 8, height: 8 };
  const area = drawnArea(square, { regions: [{ name: "top", x: 0, y: 0, width: 8, height: 4 }] });
  const part = { aspect: 1, contrast: 1, frame: 1, turns: true, template: [] };
  const at = (pose: readonly number[]) => Array.from(areaInFrame(area, pose, { part, side: 2 }).data);
  expect(at([0.5, 0.5, 1, 0])).toEqual([1, 1, 0, 0]);
  expect(at([0.5, 0.5, 0, 1])).toEqual([1, 0, 1, 0]); // the frame's right points downwards: its left is the top
  expect(at([0.5, 0.5, -1, 0])).toEqual([0, 0, 1, 1]);
});

test("ignored places have the mean of the good pictures", () => {
  const area = { width: 2, height: 1, data: Uint8Array.of(0, 1), names: [] };
  const pictures = [Uint8Array.of(0, 10, 20, 30, 40, 50), Uint8Array.of(10, 20, 30, 40, 50, 60)];
  const mean = meanPicture(pictures);
  expect(Array.from(mean)).toEqual([5, 15, 25, 35, 45, 55]);
  expect(Array.from(onlyArea(Uint8Array.of(1, 2, 3, 4, 5, 6), mean, area.data))).toEqual([
    5, 2, 25, 4, 45, 6,
  ]);
});

test("what cannot be looked at is refused", () => {
  const refused = (drawn: Parameters<typeof drawnArea>[1]) => expect(() => drawnArea(size, drawn));
  refused({ regions: [{ x: 4, y: 0, width: 3, height: 1 }] }).toThrow(/within 6 x 4, got 4,0,3,1/);
  const wide = { width: 9, height: 3, data: new Uint8Array(27).fill(1) };
  refused({ regions: [], mask: wide }).toThrow(/mask: expected .* proportions .*\(6 x 4\), got 9 x 3/);
  refused({ regions: [], mask: { ...size, data: new Uint8Array(24) } }).toThrow(/got none at all/);
  const region = { x: 0, y: 0, width: 2, height: 2 };
  refused({
    regions: [
      { ...region, name: "a" },
      { ...region, name: "b" },
    ],
  }).toThrow(/got none for b/);
  const thin = drawnArea({ width: 100, height: 100 }, { regions: [{ x: 3, y: 0, width: 1, height: 100 }] });
  expect(() => areaAtSize(thin, { width: 4, height: 4 })).toThrow(/got none for region 1/);
});
