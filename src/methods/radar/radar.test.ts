import { expect, test } from "vitest";
import { planesOf, soundPrints } from "../../../test/support/rendered-planes.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { trainDetector } from "../train-detector.ts";
import { radarMethod } from "./radar.ts";
import { resolveRadarOptions } from "./radar-options.ts";
import { readoutOf } from "./readout-combined.ts";

test("a readout that learns nothing of good images, but what the network says, makes a detector", async () => {
  const planes = soundPrints(10, { width: 32, height: 32, seed: 5 }).map(planesOf);
  const options = resolveRadarOptions({ preset: "fast", length: { steps: 1 }, batchSize: 2 }, 32);
  const { description } = await trainDetector(planes, radarMethod(options, readoutOf(["defects"])), {
    backend: nodeBackend({ threads: 1 }),
    now: () => 0,
    name: "prints",
    skipped: 0,
    software: {},
  });
  expect(description.calibration.scores).toHaveLength(description.calibration.images);
  expect(description.calibration.scores.every(Number.isFinite)).toBe(true);
});
