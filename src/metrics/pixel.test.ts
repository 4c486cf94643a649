import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { PixelAccumulator } from "./pixel.ts";
import type { ScoredMap } from "./pixel-ranking.ts";
import { averagePrecision, f1Max } from "./precision-recall.ts";
import { aupro } from "./region-overlap.ts";
import { auroc } from "./roc.ts";

/** Noise maps with a bright square each; rounded to `step` so that scores tie. */
function noiseMaps(seed: number, count: number, size: number, step: number): ScoredMap[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, image) => {
    const map = random.normals(size * size);
    const mask = image % 3 === 0 ? null : new Uint8Array(size * size);
    const left = random.integer(size - 3);
    for (let y = 0; mask && y < 3; y++) mask.fill(1, y * size + left, y * size + left + 3);
    for (let p = 0; p < map.length; p++) {
      map[p] = Math.round(((map[p] ?? 0) + (mask?.[p] ?? 0)) / step) * step;
    }
    return { map, mask, width: size, height: size };
  });
}

function accumulate(images: readonly ScoredMap[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const { map, mask, width, height } of images) pixels.add(map, mask, width, height);
  return pixels;
}

test("one defect pixel ranked second of three gives pencil values", () => {
  const pixels = new PixelAccumulator();
  pixels.add(Float32Array.of(3, 2), Uint8Array.of(0, 255), 2, 1);
  pixels.add(Float32Array.of(-1), null, 1, 1);
  expect(pixels).toMatchObject({ normalPixels: 2, anomalousPixels: 1, regionCount: 1 });
  expect(pixels.metrics({ falsePositiveRateLimit: 1 })).toEqual({
    auroc: 1 / 2,
    averagePrecision: 1 / 2,
    f1Max: 2 / 3,
    f1MaxThreshold: -1,
    aupro: 1 / 2,
    aupimo: 1, // the normal 3 beside the defect does not count
  });
});

test("pixels that are not looked at count nowhere, and a defect is cut to what is", () => {
  const [pixels, cut] = [new PixelAccumulator(), new PixelAccumulator()];
  pixels.add(Float32Array.of(9, 3, 2, 8), Uint8Array.of(0, 1, 0, 1), 4, 1, Uint8Array.of(0, 1, 1, 0));
  pixels.add(Float32Array.of(7, -1), null, 2, 1, Uint8Array.of(0, 2));
  cut.add(Float32Array.of(3, 2), Uint8Array.of(1, 0), 2, 1);
  cut.add(Float32Array.of(-1), null, 1, 1);
  expect(pixels).toMatchObject({ normalPixels: 2, anomalousPixels: 1, regionCount: 1 });
  expect(pixels.metrics()).toEqual(cut.metrics());
  const short = () => pixels.add(Float32Array.of(1, 2), null, 2, 1, Uint8Array.of(1));
  expect(short).toThrow(/expected a map of what counts of 2 x 1 = 2 pixels, got 1/);
});

test("PixelAccumulator agrees with the metrics of plain arrays, with ties and without", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0.5, 1 / 64, 1e-6), (seed, step) => {
      const images = noiseMaps(seed, 4, 9, step);
      const scores = images.flatMap(({ map }) => Array.from(map));
      const labels = images.flatMap(({ map, mask }) => Array.from(mask ?? new Uint8Array(map.length)));
      const metrics = accumulate(images).metrics();
      const best = f1Max(scores, labels);
      expect(metrics.auroc).toBe(auroc(scores, labels));
      expect(metrics.averagePrecision).toBe(averagePrecision(scores, labels));
      expect([metrics.f1Max, metrics.f1MaxThreshold]).toEqual([best.f1, best.threshold]);
      expect(metrics.aupro).toBe(aupro(images));
    }),
    { numRuns: 30, examples: [[1821002874, 0.5]] },
  );
});

test("metrics can be read between additions and leave the maps alone", () => {
  const images = noiseMaps(5, 6, 8, 0.1);
  const before = images.map(({ map }) => Array.from(map));
  const pixels = accumulate(images.slice(0, 3));
  expect(pixels.metrics()).toEqual(accumulate(images.slice(0, 3)).metrics());
  for (const { map, mask, width, height } of images.slice(3)) pixels.add(map, mask, width, height);
  expect(pixels.metrics()).toEqual(accumulate(images).metrics());
  expect(images.map(({ map }) => Array.from(map))).toEqual(before);
});

test("a map may be a view into a larger buffer", () => {
  const pixels = new PixelAccumulator();
  pixels.add(Float32Array.of(9, 1, 2).subarray(1), Uint8Array.of(0, 1), 2, 1);
  expect(pixels.metrics().auroc).toBe(1);
});

test("two million noise pixels in thirty maps have an AUROC near one half", () => {
  const random = new Random(3);
  const mask = new Uint8Array(256 * 256).fill(1, 30_000, 30_050);
  const pixels = new PixelAccumulator();
  for (let i = 0; i < 30; i++) pixels.add(random.normals(256 * 256), mask, 256, 256);
  expect(pixels.metrics().auroc).toBeCloseTo(0.5, 1);
});

test("PixelAccumulator refuses one class, NaN, wrong extents and a limit outside (0, 1]", () => {
  const pixels = new PixelAccumulator();
  expect(() => pixels.add(Float32Array.of(1, Number.NaN), null, 2, 1)).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_DATA",
      message: "PixelAccumulator.add: expected map scores to be numbers, got NaN at pixel 1.",
    }),
  );
  expect(() => pixels.add(new Float32Array(3), null, 2, 1)).toThrow(
    expect.objectContaining({
      name: "ShapeError",
      code: "E_SHAPE",
      message: "PixelAccumulator.add: expected a map of 2 x 1 = 2 pixels, got 3.",
    }),
  );
  expect(() => pixels.add(new Float32Array(2), new Uint8Array(1), 2, 1)).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "PixelAccumulator.add: expected a mask of 2 x 1 = 2 pixels, got 1.",
    }),
  );
  expect(() => pixels.add(new Float32Array(2), null, 2, -1)).toThrow(
    expect.objectContaining({
      code: "E_OPTION",
      message: "PixelAccumulator.add: height: expected an integer >= 1, got -1.",
    }),
  );
  expect(pixels.normalPixels).toBe(0);
  pixels.add(new Float32Array(2), null, 2, 1);
  expect(() => pixels.metrics()).toThrow(
    expect.objectContaining({
      code: "E_ONE_CLASS",
      message:
        "PixelAccumulator.metrics: expected both classes in mask pixels, got 2 normal and 0 anomalous. AUROC is undefined for one class.",
    }),
  );
  expect(() => pixels.metrics({ falsePositiveRateLimit: 1.5 })).toThrow(
    expect.objectContaining({
      code: "E_OPTION",
      message: "falsePositiveRateLimit: expected a finite number > 0 and <= 1, got 1.5.",
    }),
  );
});

test("maps that are made anew each time give what kept ones give, level by level", () => {
  for (const step of [0.5, 1e-6]) {
    const images = noiseMaps(11, 7, 12, step);
    const pixels = new PixelAccumulator();
    for (const { map, mask, width, height } of images) pixels.add(() => map.slice(), mask, width, height);
    expect(pixels.metrics()).toEqual(accumulate(images).metrics());
  }
});
