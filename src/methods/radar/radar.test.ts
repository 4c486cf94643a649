import { expect, test } from "vitest";
import { planesOf, soundPrints } from "../../../test/support/rendered-planes.ts";
import type { RgbImage } from "../../base/raster.ts";
import { loadDetector } from "../../detectors/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { trainDetector } from "../train-detector.ts";
import { radarMethod } from "./radar.ts";
import { resolveRadarOptions } from "./radar-options.ts";
import { readoutOf } from "./readout-maps.ts";

const options = resolveRadarOptions(
  { preset: "fast", length: { steps: 1 }, batchSize: 2, start: "random" },
  32,
);
const context = {
  backend: nodeBackend({ threads: 1 }),
  now: () => 0,
  name: "prints",
  skipped: 0,
  software: {},
};

test("a readout that learns nothing of good images, but what the network says, makes a detector", async () => {
  const planes = soundPrints(10, { width: 32, height: 32, seed: 5 }).map(planesOf);
  const { description } = await trainDetector(planes, radarMethod(options, readoutOf(["defects"])), context);
  expect(description.calibration.scores).toHaveLength(description.calibration.images);
  expect(description.calibration.scores.every(Number.isFinite)).toBe(true);
});

test("of good pictures without colour one channel is read, and colour is so much more light", async () => {
  const prints = soundPrints(10, { width: 32, height: 32, seed: 5 });
  const cast = (image: RgbImage, ...added: readonly [number, number, number]): RgbImage => {
    const data = image.data.map((_, i) => {
      const mean = [0, 1, 2].reduce((sum, c) => sum + (image.data[i - (i % 3) + c] ?? 0), 0) / 3;
      return Math.min(200, Math.max(50, Math.round(mean))) + (added[i % 3] ?? 0);
    });
    return { ...image, data };
  };
  const grey = prints.map((image) => planesOf(cast(image, 0, 0, 0)));
  const { model } = await trainDetector(grey, radarMethod(options), context);
  const detector = await loadDetector(model, context.backend);
  const [plain, coloured, brighter] = [
    [0, 0, 0],
    [10, -10, 0],
    [20, 20, 20],
  ].map(([red = 0, green = 0, blue = 0]) => cast(prints[0]!, red, green, blue));
  const score = async (image: RgbImage) => (await detector.detectOne(image)).anomalyScore;
  expect(await score(coloured!)).toBe(await score(brighter!)); // to the bit: the network sees the same
  expect(await score(plain!)).not.toBeCloseTo(await score(brighter!), 1);
  await detector.dispose();
});
