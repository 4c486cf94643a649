/** What the detectors of every method must keep, however little they have learned. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { conformalPValue, type Detection, type Detector, loadDetector } from "../../src/detectors/index.ts";
import {
  type PreparedMethod,
  prepareMethod,
  type TrainedDetector,
  type TrainingContext,
  type TrainingOptions,
  trainDetector,
} from "../../src/methods/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { decodeCheckpoint } from "../../src/train/index.ts";
import { expectAllClose } from "../support/allclose.ts";
import { CountingBackend } from "../support/counting-backend.ts";
import { planesOf, soundPrints, strangePictures } from "../support/rendered-planes.ts";
import { type ConformanceCase, conformanceCases, size, steps } from "./cases.ts";

const learned = soundPrints(14, { width: size, height: size, seed: 5 });
const planes = learned.map(planesOf);
const unseen = soundPrints(4, { width: size, height: size, seed: 6 });
const larger = soundPrints(2, { width: 50, height: 37, seed: 7 });
const strange = strangePictures(unseen[0] ?? expect.fail("expected a picture"), new Random(8));

/** The case's method with further options, ready to learn. */
function prepare(method: ConformanceCase, options: TrainingOptions = {}): PreparedMethod {
  return prepareMethod({ ...method.options, ...options }, size);
}

/** A training of the case with further options. */
async function train(
  method: ConformanceCase,
  options: TrainingOptions = {},
  context: Partial<TrainingContext> & { readonly images?: readonly Uint8Array[] } = {},
): Promise<TrainedDetector> {
  const { images = planes, ...rest } = context;
  return trainDetector(images, prepare(method, options), {
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

describe.each(conformanceCases)("the detector of $label", (method) => {
  const { isTrained, isVariant } = method;
  const images = planes.map((image) => image.slice());
  const counted = new CountingBackend(nodeBackend({ threads: 1 }));
  let trained: TrainedDetector;
  let detector: Detector;

  beforeAll(async () => {
    trained = await train(method, Object.freeze({ seed: 1 }), { images, backend: counted });
    detector = await loadDetector(trained.model, nodeBackend({ threads: 1 }));
  });

  afterAll(() => detector.dispose());

  describe("in training", () => {
    test("changes nothing it was given, and closes every session", () => {
      expect(images).toEqual(planes);
      expect(counted.loads).toBeGreaterThan(0);
      expect(counted.open).toBe(0);
    });

    if (!isTrained || isVariant)
      // of the others, a training that is stopped and goes on shows it
      test("gives the same bytes for the same seed", async () => {
        const again = await train(method);
        expect(Buffer.compare(again.model, trained.model)).toBe(0);
        expect(again.description).toEqual(trained.description);
      });

    if (!isVariant)
      test("gives other bytes and scores for another seed", async () => {
        const other = await train(method, { seed: 2 });
        expect(Buffer.compare(other.model, trained.model)).not.toBe(0);
        expect(other.description.calibration.scores).not.toEqual(trained.description.calibration.scores);
      });

    test("describes what it made", () => {
      const { description } = trained;
      expect(description).toEqual(detector.description);
      expect(description).toMatchObject({
        format: 2,
        name: "prints",
        method: method.options.method,
        preset: "fast",
        imageSizePx: size,
        patchSizePx: method.patchSizePx,
        seed: 1,
        training: { skipped: 0, steps: isTrained ? steps : 0, batchSize: isTrained ? 2 : 0 },
      });
      const { training, calibration } = description;
      expect(training.finalLoss !== null).toBe(isTrained);
      expect(description.scoring).toBe(method.options.scoring ?? description.scoring);
      expect(description.parameters).toBeGreaterThan(0);
      expect(training.images + calibration.images).toBe(planes.length);
      expect(calibration.scores).toHaveLength(calibration.images);
      expect(calibration.scores).toEqual([...calibration.scores].sort((a, b) => a - b));
    });

    test("does not begin once its signal is aborted", async () => {
      const backend = new CountingBackend(nodeBackend({ threads: 1 }));
      await expect(train(method, {}, { backend, signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: "AbortError",
        code: "E_ABORTED",
        message: "training: stopped by the abort signal.",
      });
      expect(backend.loads).toBe(0);
    });

    if (isTrained && !isVariant)
      test("stops within a step of the signal, with a checkpoint it goes on from to the same bytes", async () => {
        const controller = new AbortController();
        const saved: Uint8Array[] = [];
        let stepsMade = 0;
        const backend = new CountingBackend(nodeBackend({ threads: 1 }));
        const stopped = train(
          method,
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
          name: "AbortError",
          code: "E_ABORTED",
          message: `training: stopped after step 1 of ${steps}. A checkpoint is saved; go on with \`resume\`.`,
        });
        expect([stepsMade, backend.open, saved.length]).toEqual([1, 0, 1]);
        const resume = decodeCheckpoint(saved[0] ?? new Uint8Array());
        const resumed = await train(method, {}, { resume });
        expect(Buffer.compare(resumed.model, trained.model)).toBe(0);
        expect(resumed.description).toEqual(trained.description);
        await expect(train(method, { seed: 4 }, { resume })).rejects.toMatchObject({
          code: "E_CHECKPOINT",
          message:
            "resume: expected a checkpoint of the same images and options, got one of others. Use the options it was started with, or train again without `resume`.",
        });
      });
  });

  describe("refuses to train", () => {
    async function refusal(
      options: TrainingOptions,
      images: readonly Uint8Array[],
    ): Promise<{ error: unknown; stepsMade: number; open: number }> {
      const backend = new CountingBackend(nodeBackend({ threads: 1 }));
      let stepsMade = 0;
      const onProgress = () => {
        stepsMade++;
      };
      try {
        await train(method, options, { images, backend, onProgress });
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
          'conformalThreshold: expected falseAlarmRate >= 0.166667 (1/(5 + 1)) with 5 held-out normal scores, got 0.01. Use "auto", or hold out at least 99 normals.',
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
        expectAllClose(anomalyMap.data, alone.anomalyMap.data, { rtol: 1e-5, atol: 1e-6 }); // 0 is a mean that was taken off, 1 a usual maximum
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
      const { scores, threshold, falseAlarmRate, rule } = detector.description.calibration;
      const detections = await detectEach(detector, [...learned, ...unseen, ...strange]);
      for (const { anomalyScore, pValue, isAnomalous } of detections) {
        expect(isAnomalous).toBe(anomalyScore > threshold);
        expect(pValue).toBeCloseTo(conformalPValue(anomalyScore, scores), 6);
        if (rule === "conformal") expect(isAnomalous).toBe(pValue <= falseAlarmRate + 1e-6);
      }
    });

    test("keeps the scores of the held-out pictures, and calls none of them anomalous where their highest, or what they score when disturbed, is the threshold", async () => {
      const { scores, threshold, toleratedScore, rule } = detector.description.calibration;
      expect(trained.heldOut.map(({ anomalyScore }) => anomalyScore).reverse()).toEqual(scores);
      if (rule === "method") return;
      expect(threshold).toBe(
        Math.max(scores.at(-1) ?? Number.NaN, toleratedScore ?? Number.NEGATIVE_INFINITY),
      );
      const heldOut = trained.heldOut.map(
        ({ index }) => learned[index] ?? expect.fail(`no picture ${index}`),
      );
      for (const { isAnomalous } of await detectEach(detector, heldOut)) expect(isAnomalous).toBe(false);
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
      await expect(other.detect(unseen)).rejects.toMatchObject({ name: "RadarError", code: "E_DISPOSED" });
    });
  });

  if (method.cutsPatches)
    test("works the same on patches smaller than the image", async () => {
      const side = 2 * size;
      const images = soundPrints(14, { width: side, height: side, seed: 5 }).map(planesOf);
      const options = { imageSize: side, patchSize: size };
      const { model, description } = await train(method, options, { images });
      expect([description.imageSizePx, description.patchSizePx]).toEqual([side, size]);
      const patched = await loadDetector(model, nodeBackend({ threads: 1 }));
      const together = await patched.detect(unseen);
      for (const [i, alone] of (await detectEach(patched, unseen)).entries()) {
        const { anomalyMap, anomalyScore } = together[i] ?? expect.fail(`no detection ${i}`);
        expect([anomalyMap.width, anomalyMap.height]).toEqual([side, side]);
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

test("a training whose signal is aborted in any call of the backend makes no further one", async () => {
  const method =
    conformanceCases.find(({ options }) => options.method === "gaussian") ?? expect.fail("expected a method");
  const counted = new CountingBackend(nodeBackend({ threads: 1 }));
  await train(method, {}, { backend: counted });
  for (let last = 1; last < counted.runs; last += 3) {
    const controller = new AbortController();
    const backend = new CountingBackend(nodeBackend({ threads: 1 }), (runs) => {
      if (runs === last) controller.abort("enough");
    });
    await expect(train(method, {}, { backend, signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
      code: "E_ABORTED",
      cause: "enough",
    });
    expect([backend.runs, backend.open]).toEqual([last, 0]);
  }
});
