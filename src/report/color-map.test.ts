import { expect, test } from "vitest";
import {
  colorAt,
  colorCount,
  colorIndex,
  colorTable,
  cssGradient,
  linearRgbFromOklab,
  oklabAt,
} from "./color-map.ts";

const fractions = Array.from({ length: colorCount }, (_, i) => i / (colorCount - 1));

/** Relative luminance of sRGB bytes, WCAG 2. */
function luminance(color: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = color.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("lightness rises in even steps", () => {
  const lightness = fractions.map((fraction) => oklabAt(fraction)[0]);
  const steps = lightness.slice(1).map((value, i) => value - (lightness[i] ?? 0));
  expect(Math.min(...steps)).toBeCloseTo(0.83 / 255, 12);
  expect(Math.max(...steps)).toBeCloseTo(0.83 / 255, 12);
});

test("every colour of the table is lighter than the one before, in black and white too", () => {
  const luminances = fractions.map((fraction) => luminance(colorAt(fraction)));
  expect(luminances.every((value, i) => i === 0 || value > (luminances[i - 1] ?? 1))).toBe(true);
  expect(luminances[0]).toBeLessThan(0.01);
  expect(luminances[255]).toBeGreaterThan(0.85);
});

test("no colour leaves sRGB", () => {
  const channels = fractions.flatMap((fraction) => linearRgbFromOklab(...oklabAt(fraction)));
  expect(Math.min(...channels)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...channels)).toBeLessThanOrEqual(1);
});

test("OKLab white and mid grey are sRGB's", () => {
  expect(linearRgbFromOklab(1, 0, 0).map((value) => value.toFixed(5))).toEqual([
    "1.00000",
    "1.00000",
    "1.00000",
  ]);
  expect(linearRgbFromOklab(0.5, 0, 0).map((value) => value.toFixed(5))).toEqual([
    "0.12500",
    "0.12500",
    "0.12500",
  ]);
});

test("fractions outside the scale get its ends, NaN the dark one", () => {
  expect([-1, 0, Number.NaN, 0.5, 1, 7, Infinity].map(colorIndex)).toEqual([0, 0, 0, 128, 255, 255, 255]);
  expect(colorAt(1)).toEqual(Array.from(colorTable.subarray(-3)));
});

test("the gradient names its colours from dark to light", () => {
  expect(cssGradient(2)).toBe(`linear-gradient(to right,rgb(${colorAt(0)}),rgb(${colorAt(1)}))`);
  expect(cssGradient().match(/rgb/g)).toHaveLength(17);
  expect(() => cssGradient(1)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "stops: expected an integer >= 2, got 1." }),
  );
});
