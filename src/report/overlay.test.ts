import { expect, test } from "vitest";
import type { AnomalyMap, RgbImage } from "../base/raster.ts";
import { colorAt } from "./color-map.ts";
import { contourColor, heatMap, maskOutline, outlineColor, overlay, sideBySide } from "./overlay.ts";

/** Picture of one grey. */
function grey(width: number, height: number, level = 100): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) };
}

/** Map of 0 with `score` where the drawing has "#". */
function mapOf(drawing: readonly string[], score = 1): AnomalyMap {
  const data = Float32Array.from(drawing.join(""), (mark) => (mark === "#" ? score : 0));
  return { width: drawing[0]?.length ?? 0, height: drawing.length, data };
}

/** One letter a pixel: L the line's colour, "b" black, "." the grey of 100, "?" anything else. */
function drawingOf({ width, height, data }: RgbImage, line: readonly number[]): string[] {
  const names = new Map([
    [line.join(), "L"],
    ["0,0,0", "b"],
    ["100,100,100", "."],
  ]);
  const letters = Array.from({ length: width * height }, (_, i) =>
    names.get(data.subarray(3 * i, 3 * i + 3).join()),
  );
  return Array.from({ length: height }, (_, y) =>
    letters
      .slice(y * width, (y + 1) * width)
      .map((letter) => letter ?? "?")
      .join(""),
  );
}

const square = ["......", ".####.", ".####.", ".####.", ".####.", "......"];

test("a heat map of zeros is the darkest colour all over", () => {
  const { width, height, data } = heatMap(mapOf(["...", "..."]), { scaleMaximum: 1 });
  expect([width, height]).toEqual([3, 2]);
  expect(Array.from(data)).toEqual(new Array(6).fill([...colorAt(0)]).flat());
});

test("a heat map's scale is absolute: half the maximum is the middle colour, more than it the last", () => {
  const map = { width: 4, height: 1, data: Float32Array.of(-3, 2, 4, 9) };
  expect(Array.from(heatMap(map, { scaleMaximum: 4 }).data)).toEqual(
    [0, 0.5, 1, 1].flatMap((f) => [...colorAt(f)]),
  );
});

test("an overlay of zeros is the image, in new memory", () => {
  const image = grey(6, 6);
  const result = overlay(image, mapOf(["."]), { scaleMaximum: 1, threshold: 0.5 });
  expect(result).toEqual(image);
  expect(result.data).not.toBe(image.data);
});

test("what was not looked at is dimmed, whatever its score, and has no contour", () => {
  const lookedAt = { width: 2, height: 1, data: Uint8Array.of(0, 1) };
  const map = { width: 6, height: 6, data: new Float32Array(36).fill(1) };
  const { data } = overlay(grey(6, 6), map, { scaleMaximum: 1, threshold: 0.5, lookedAt });
  const whole = overlay(grey(6, 6), map, { scaleMaximum: 1, threshold: 0.5 });
  const [level = 0] = grey(6, 6).data;
  expect(Array.from(data.subarray(0, 3))).toEqual(new Array(3).fill(Math.floor(0.4 * level)));
  expect(data.subarray(15, 18)).toEqual(whole.data.subarray(15, 18));
});

test("the contour runs inside the region above the threshold, black just outside", () => {
  const drawn = overlay(grey(6, 6), mapOf(square), { scaleMaximum: 1, threshold: 0.5 });
  expect(drawingOf(drawn, contourColor)).toEqual([
    ".bbbb.",
    "bLLLLb",
    "bL??Lb",
    "bL??Lb",
    "bLLLLb",
    ".bbbb.",
  ]);
});

test("a pixel at the threshold itself is not in the region, and Infinity draws no line", () => {
  const atThreshold = overlay(grey(6, 6), mapOf(square), { scaleMaximum: 1, threshold: 1 });
  const none = overlay(grey(6, 6), mapOf(square), { scaleMaximum: 1, threshold: Infinity });
  expect(drawingOf(atThreshold, contourColor)).toEqual(drawingOf(none, contourColor));
  expect(drawingOf(none, contourColor)).toEqual(["......", ".????.", ".????.", ".????.", ".????.", "......"]);
});

test("the brightest colour is blended with the opacity given, 0.7 by default", () => {
  const mixed = (opacity?: number) => {
    const options = { scaleMaximum: 1, threshold: Infinity, ...(opacity === undefined ? {} : { opacity }) };
    return Array.from(overlay(grey(1, 1), mapOf(["#"]), options).data);
  };
  expect(mixed(0)).toEqual([100, 100, 100]);
  expect(mixed(1)).toEqual([...colorAt(1)]);
  expect(mixed()).toEqual(colorAt(1).map((value) => Math.round(100 + 0.7 * (value - 100))));
});

test("a coarse map is spread over the image", () => {
  const image = grey(8, 1);
  const drawn = overlay(image, mapOf([".#"]), { scaleMaximum: 1, threshold: 0.5 });
  expect(drawingOf(drawn, contourColor)[0]?.slice(3)).toBe("bLLLL");
});

test("a mask's outline runs inside the defect and follows the width asked for", () => {
  const mask = { width: 6, height: 6, data: Uint8Array.from(mapOf(square).data) };
  expect(drawingOf(maskOutline(grey(6, 6), mask), outlineColor)).toEqual([
    ".bbbb.",
    "bLLLLb",
    "bL..Lb",
    "bL..Lb",
    "bLLLLb",
    ".bbbb.",
  ]);
  expect(drawingOf(maskOutline(grey(6, 6), mask, { lineWidthPx: 2 }), outlineColor)).toEqual([
    ".bbbb.",
    "bLLLLb",
    "bLLLLb",
    "bLLLLb",
    "bLLLLb",
    ".bbbb.",
  ]);
});

test("an outline does not wrap around the picture's sides, and an empty mask draws none", () => {
  const mask = { width: 3, height: 3, data: Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0) };
  expect(drawingOf(maskOutline(grey(3, 3), mask), outlineColor)).toEqual([".bL", "..b", "..."]);
  expect(maskOutline(grey(3, 3), { ...mask, data: new Uint8Array(9) })).toEqual(grey(3, 3));
});

test("pictures stand side by side on white, aligned at the top", () => {
  const row = sideBySide([grey(1, 2), grey(2, 1, 0)], { gapPx: 1 });
  const levels = Array.from({ length: row.width * row.height }, (_, i) => row.data[3 * i]);
  expect([row.width, row.height]).toEqual([4, 2]);
  expect(levels).toEqual([100, 255, 0, 0, 100, 255, 255, 255]);
  expect(sideBySide([grey(1, 1), grey(1, 1)]).width).toBe(6);
});

test.each([
  ["scaleMaximum: expected a finite number > 0, got 0.", { scaleMaximum: 0, threshold: 1 }],
  ["opacity: expected a finite number >= 0 and <= 1, got 2.", { scaleMaximum: 1, threshold: 1, opacity: 2 }],
  ["threshold: expected a number or Infinity, got NaN.", { scaleMaximum: 1, threshold: Number.NaN }],
  ["lineWidthPx: expected an integer >= 1, got 0.", { scaleMaximum: 1, threshold: 1, lineWidthPx: 0 }],
])("overlay refuses: %s", (message, options) => {
  expect(() => overlay(grey(1, 1), mapOf(["#"]), options)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message }),
  );
});

test("heatMap refuses a scale of 0, maskOutline a line without width, sideBySide no pictures", () => {
  expect(() => heatMap(mapOf(["#"]), { scaleMaximum: 0 })).toThrow(
    "scaleMaximum: expected a finite number > 0, got 0.",
  );
  const mask = { width: 1, height: 1, data: new Uint8Array(1) };
  expect(() => maskOutline(grey(1, 1), mask, { lineWidthPx: 0.5 })).toThrow(
    "lineWidthPx: expected an integer >= 1",
  );
  expect(() => sideBySide([])).toThrow("images: expected at least one picture, got none.");
});
