/** What every scoring of the detector must keep, on networks that have hardly learned anything. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import {
  conformalPValue,
  type Detection,
  type Detector,
  loadDetector,
  prepareMethod,
  type RadarOptions,
  type ScoringName,
  scoringNames,
  type TrainedDetector,
  type TrainingContext,
  trainDetector,
} from "../../src/detectors/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { decodeCheckpoint } from "../../src/train/index.ts";
import { expectAllClose } from "../support/allclose.ts";
import { CountingBackend } from "../support/counting-backend.ts";
import { planesOf, soundPrints, strangePictures } from "../support/rendered-planes.ts";

const size = 32;
const steps = 3;
const learned = soundPrints(14, { width: size, height: size, seed: 5 });
const planes = learned.map(planesOf);
const unseen = soundPrints(4, { width: size, height: size, seed: 6 });
const larger = soundPrints(2, { width: 50, height: 37, seed: 7 });
const strange = strangePictures(unseen[0] ?? expect.fail("expected a picture"), new Random(8));

/** A training of three steps. */
async function train(
  scoring: ScoringName,
  options: RadarOptions = {},
  context: Partial<TrainingContext> & { readonly images?: readonly Uint8Array[] } = {},
): Promise<TrainedDetector> {
  const { images = planes, ...rest } = context;
  const resolved = prepareMethod(
    { preset: "fast", imageSize: size, batchSize: 2, length: { steps }, seed: 1, scoring, ...options },
    size,
  );
  return trainDetector(images, resolved, {
    backend: nodeBackend({ threads: 1 }),
    now: () => 0,
    name: "prints",
    skipped: 0,
    software: { "radar-ad": "0.0.0" },
    ...rest,
  });
}

/** Each picture in a call of its own. */
async function detectEach(detector: Detector, images: readonly RgbImage[]): Promise<Detection[]> {
  const detections: Detection[] = [];
  for (const image of images) detections.push(...(await detector.detect([image])));
  return detections;
}

describe.each(scoringNames)("the detector with scoring %s", (scoring) => {
  let trained: TrainedDetector;
  let detector: Detector;

  beforeAll(async () => {
    trained = await train(scoring);
    detector = await loadDetector(trained.model, nodeBackend({ threads: 1 }));
  });

  afterAll(() => detector.dispose());

  describe("in training", () => {
    test("gives the same bytes for the same seed, changes nothing it was given, and closes every session", async () => {
      const images = planes.map((image) => image.slice());
      const options: RadarOptions = Object.freeze({ seed: 1 });
      const backend = new CountingBackend(nodeBackend({ threads: 1 }));
      const again = await train(scoring, options, { images, backend });
      expect(Buffer.compare(again.model, trained.model)).toBe(0);
      expect(again.description).toEqual(trained.description);
      expect(images).toEqual(planes);
      expect(backend.loads).toBeGreaterThan(0);
      expect(backend.open).toBe(0);
    });

    test("gives other bytes and scores for another seed", async () => {
      const other = await train(scoring, { seed: 2 });
      expect(Buffer.compare(other.model, trained.model)).not.toBe(0);
      expect(other.description.calibration.scores).not.toEqual(trained.description.calibration.scores);
    });

    test("describes what it made", () => {
      const { description } = trained;
      expect(description).toEqual(detector.description);
      expect(description).toMatchObject({
        format: 1,
        name: "prints",
        method: "radar",
        preset: "fast",
        scoring,
        imageSizePx: size,
        patchSizePx: size,
        seed: 1,
        training: { skipped: 0, steps, batchSize: 2 },
      });
      const { training, calibration } = description;
      expect(training.images + training.tuningImages + calibration.images).toBe(planes.length);
      expect(calibration.scores).toHaveLength(calibration.images);
      expect(calibration.scores).toEqual([...calibration.scores].sort((a, b) => a - b));
    });

    test("stops within a step of the signal, with a checkpoint it goes on from to the same bytes", async () => {
      const controller = new AbortController();
      const saved: Uint8Array[] = [];
      let stepsMade = 0;
      const backend = new CountingBackend(nodeBackend({ threads: 1 }));
      const stopped = train(
        scoring,
        {},
        {
          backend,
          signal: controller.signal,
          onProgress: ({ step }) => {
            stepsMade = step;
            if (step === 1) controller.abort();
          },
          saveCheckpoint: async (bytes) => {
            saved.push(bytes);
          },
        },
      );
      await expect(stopped).rejects.toMatchObject({
        name: "TrainingError",
        code: "E_ABORTED",
        message: `training: stopped after step 1 of ${steps}. A checkpoint is saved; go on with --resume.`,
      });
      expect([stepsMade, backend.open, saved.length]).toEqual([1, 0, 1]);
      const resume = decodeCheckpoint(saved[0] ?? new Uint8Array());
      const resumed = await train(scoring, {}, { resume });
      expect(Buffer.compare(resumed.model, trained.model)).toBe(0);
      await expect(train(scoring, { seed: 4 }, { resume })).rejects.toMatchObject({
        code: "E_CHECKPOINT",
        message:
          "resume: expected a checkpoint of the same images and options, got one of others. Use the options it was started with, or train again without --resume.",
      });
    });
  });

  describe("refuses to train", () => {
    async function refusal(
      options: RadarOptions,
      images: readonly Uint8Array[],
    ): Promise<{ error: unknown; stepsMade: number; open: number }> {
      const backend = new CountingBackend(nodeBackend({ threads: 1 }));
      let stepsMade = 0;
      const onProgress = () => {
        stepsMade++;
      };
      try {
        await train(scoring, options, { images, backend, onProgress });
        return { error: undefined, stepsMade, open: backend.open };
      } catch (error) {
        return { error, stepsMade, open: backend.open };
      }
    }

    test.each([
      [
        "on one image",
        planes.slice(0, 1),
        "holdOut: expected at least 2 good images (1 to learn from, 1 to calibrate with), got 1. Add more good images.",
      ],
      [
        "on no image",
        [],
        "holdOut: expected at least 2 good images (1 to learn from, 1 to calibrate with), got 0. Add more good images.",
      ],
      [
        "on images that are all the same",
        Array.from({ length: 6 }, () => planes[0] ?? new Uint8Array()),
        "train: expected good images that differ, got 6 times the same picture. A detector needs to see how good parts vary.",
      ],
    ])("%s", async (_name, images, message) => {
      const { error, stepsMade } = await refusal({}, images);
      expect(error).toMatchObject({ name: "DataError", code: "E_DATA", message });
      expect(stepsMade).toBe(0);
    });

    test("for a false alarm rate that the held-out images do not support, before the first step", async () => {
      const { error, open, stepsMade } = await refusal({ falseAlarmRate: 0.01 }, planes);
      expect(error).toMatchObject({
        name: "DataError",
        code: "E_FALSE_ALARM_RATE",
        message:
          'conformalThreshold: expected falseAlarmRate >= 0.25 (1/(3 + 1)) with 3 held-out normal scores, got 0.01. Use "auto", or hold out at least 99 normals.',
      });
      expect(stepsMade).toBe(0);
      expect(open).toBe(0);
    });
  });

  describe("in use", () => {
    test("gives finite scores, p-values and maps on its own grid", async () => {
      for (const { anomalyMap, anomalyScore, pValue } of await detectEach(detector, [
        ...unseen,
        ...strange,
      ])) {
        expect([anomalyMap.width, anomalyMap.height, anomalyMap.data.length]).toEqual([
          size,
          size,
          size ** 2,
        ]);
        expect(anomalyMap.data.every(Number.isFinite)).toBe(true);
        expect(Number.isFinite(anomalyScore)).toBe(true);
        expect(pValue).toBeGreaterThan(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }
    });

    test("says the same of pictures in one call as of each by itself", async () => {
      const together = await detector.detect(unseen);
      for (const [i, alone] of (await detectEach(detector, unseen)).entries()) {
        const { anomalyMap, anomalyScore } = together[i] ?? expect.fail(`no detection ${i}`);
        expectAllClose([anomalyScore], [alone.anomalyScore], { rtol: 1e-5 });
        expectAllClose(anomalyMap.data, alone.anomalyMap.data, { rtol: 1e-5 });
      }
    });

    test("does not change the pictures", async () => {
      const pictures = structuredClone(unseen);
      await detector.detect(pictures);
      expect(pictures).toEqual(unseen);
    });

    test("takes larger pictures of other proportions", async () => {
      const detections = await detector.detect(larger);
      expect(detections).toHaveLength(2);
      for (const { anomalyMap, anomalyScore } of detections) {
        expect([anomalyMap.width, anomalyMap.height]).toEqual([size, size]);
        expect(Number.isFinite(anomalyScore)).toBe(true);
      }
    });

    test("refuses none, and pictures of two sizes in one call", async () => {
      await expect(detector.detect([])).rejects.toMatchObject({ code: "E_SHAPE" });
      await expect(detector.detect([...unseen, ...larger])).rejects.toMatchObject({ code: "E_SHAPE" });
    });

    test("decides by its threshold, and its p-value is the conformal one", async () => {
      const { scores, threshold } = detector.description.calibration;
      const detections = await detectEach(detector, [...learned, ...unseen, ...strange]);
      for (const { anomalyScore, pValue, isAnomalous } of detections) {
        expect(isAnomalous).toBe(anomalyScore > threshold);
        expect(pValue).toBeCloseTo(conformalPValue(anomalyScore, scores), 6);
        expect(isAnomalous).toBe(pValue <= detector.description.calibration.falseAlarmRate + 1e-6);
      }
    });

    test("scores the held-out pictures as it did when it was calibrated, all of them normal", async () => {
      const { scores } = detector.description.calibration;
      const detections = await detectEach(detector, learned);
      const heldOut = detections.filter(({ anomalyScore }) => scores.includes(anomalyScore));
      expect(new Set(heldOut.map(({ anomalyScore }) => anomalyScore))).toEqual(new Set(scores));
      expect(heldOut.some(({ isAnomalous }) => isAnomalous)).toBe(false);
    });

    test("needs nothing but the bytes", async () => {
      const other = await loadDetector(trained.model.slice(), nodeBackend({ threads: 1 }));
      const pictures = [...unseen, ...strange];
      expect(await detectEach(other, pictures)).toEqual(await detectEach(detector, pictures));
      expect(other.description).toEqual(detector.description);
      await other.dispose();
    });

    test("cannot be used once disposed of", async () => {
      const other = await loadDetector(trained.model, nodeBackend({ threads: 1 }));
      await other.dispose();
      await expect(other.detect(unseen)).rejects.toMatchObject({ name: "BackendError", code: "E_BACKEND" });
    });
  });

  test("works the same on patches smaller than the image", async () => {
    const { model, description } = await train(scoring, { patchSize: 16 });
    expect([description.imageSizePx, description.patchSizePx]).toEqual([size, 16]);
    const patched = await loadDetector(model, nodeBackend({ threads: 1 }));
    const together = await patched.detect(unseen);
    for (const [i, alone] of (await detectEach(patched, unseen)).entries()) {
      const { anomalyMap, anomalyScore } = together[i] ?? expect.fail(`no detection ${i}`);
      expect([anomalyMap.width, anomalyMap.height]).toEqual([size, size]);
      expect(anomalyMap.data.every(Number.isFinite)).toBe(true);
      expectAllClose([anomalyScore], [alone.anomalyScore], { rtol: 1e-5 });
      expectAllClose(anomalyMap.data, alone.anomalyMap.data, { rtol: 1e-5 });
      expect(alone.pValue).toBeCloseTo(
        conformalPValue(alone.anomalyScore, description.calibration.scores),
        6,
      );
    }
    await patched.dispose();
  });
});
