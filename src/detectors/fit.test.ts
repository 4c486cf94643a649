import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
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

/** A detector fitted on two images, with these held out. */
function fitted(heldOut: readonly Uint8Array[], keepOdd = false) {
  return fitDetector(source, {
    learned: [plain(90), plain(110)],
    heldOut,
    falseAlarmRate: "auto",
    keepOdd,
    backend,
    describe: (calibration): DetectorDescription => ({
      ...fakeDescription,
      imageSizePx: size,
      patchSizePx: size,
      calibration,
    }),
  });
}

test.each([
  ["like the others", 100],
  ["darker than all others, so that their maxima are below the mean", 20],
])("a heat map has a scale when held-out images are %s", async (_, heldOut) => {
  const { model, description } = await fitted([plain(heldOut), plain(heldOut + 1)]);
  const { pixelThreshold, mapMaximum } = description.calibration;
  expect(mapMaximum).toBeGreaterThan(0);
  expect(mapMaximum).toBeGreaterThanOrEqual(2 * pixelThreshold);
  const detector = await loadDetector(model, backend);
  expect(detector.description.calibration.mapMaximum).toBe(mapMaximum);
  await detector.dispose();
});

/** Grey 100 with one pixel of that level: what the map's largest value is. */
function spot(level: number): Uint8Array {
  const plane = size * size;
  return new Uint8Array(3 * plane).fill(100).map((value, i) => (i % plane === 0 ? level : value));
}

test("each held-out image is scored with the scales of the others", async () => {
  const { heldOutScores } = await fitted([spot(140), spot(160)]);
  const scoreOf = (level: number, other: number) => {
    const mean = 100 + (other - 100) / (size * size);
    return (level - mean) / (other - mean);
  };
  expect(heldOutScores[0]).toBeCloseTo(scoreOf(140, 160), 4);
  expect(heldOutScores[1]).toBeCloseTo(scoreOf(160, 140), 4);
});

test("an image that is like none of the others is named and left out of the thresholds, unless it is to be kept", async () => {
  const images = [140, 142, 144, 146, 148, 150, 152, 154, 156, 158, 160, 250].map(spot);
  const { odd, heldOutScores, description } = await fitted(images);
  expect(odd).toBe(11);
  expect(description.calibration).toMatchObject({
    images: 11,
    leftOut: heldOutScores[11],
    falseAlarmRate: 1 / 12,
  });
  expect(description.calibration.threshold).toBeCloseTo(heldOutScores[10] ?? 0, 5);
  const kept = await fitted(images, true);
  expect(kept.odd).toBeNull();
  expect(kept.description.calibration).toMatchObject({ images: 12 });
  expect(kept.description.calibration).not.toHaveProperty("leftOut");
  expect(kept.description.calibration.threshold).toBeCloseTo(heldOutScores[11] ?? 0, 4);
});
