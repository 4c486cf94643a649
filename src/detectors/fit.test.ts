import { expect, test } from "vitest";
import { reduceMean } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import type { DetectorDescription } from "./description.ts";
import { fitDetector } from "./fit.ts";
import { loadDetector } from "./load-detector.ts";
import type { MapSource } from "./map-source.ts";

const size = 16;
const backend = nodeBackend({ threads: 1 });

/** Brightness as the map. */
const source: MapSource = {
  imageSizePx: size,
  standardizesPlaces: false,
  maps: (pictures) => ({ maps: reduceMean(pictures, { axes: [1] }) }),
};

function plain(value: number): Uint8Array {
  return Uint8Array.from({ length: 3 * size * size }, (_, i) => value + (i % 7));
}

test.each([
  ["like the others", 100],
  ["darker than all others, so that their maxima are below the mean", 20],
])("a heat map has a scale when held-out images are %s", async (_, heldOut) => {
  const { model, description } = await fitDetector(source, {
    learned: [plain(90), plain(110)],
    tuning: [plain(95), plain(105)],
    heldOut: [plain(heldOut), plain(heldOut + 1)],
    falseAlarmRate: "auto",
    backend,
    describe: (calibration): DetectorDescription => ({
      format: 1,
      name: "plain",
      method: "gaussian",
      preset: "fast",
      scoring: "brightness",
      imageSizePx: size,
      patchSizePx: size,
      parameters: 0,
      networkCalls: 0,
      seed: 0,
      software: {},
      training: {
        images: 2,
        tuningImages: 2,
        skipped: 0,
        steps: 0,
        batchSize: 0,
        finalLoss: null,
        contentHash: "0".repeat(64),
        symmetries: [],
      },
      calibration,
      options: {},
    }),
  });
  const { pixelThreshold, mapMaximum } = description.calibration;
  expect(pixelThreshold < 0).toBe(heldOut < 90);
  expect(mapMaximum).toBeGreaterThan(0);
  expect(mapMaximum).toBeGreaterThanOrEqual(2 * pixelThreshold);
  const detector = await loadDetector(model, backend);
  expect(detector.description.calibration.mapMaximum).toBe(mapMaximum);
  await detector.dispose();
});
