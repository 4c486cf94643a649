/** A training of seconds learns what a sound print looks like: the default scoring at the smallest useful size. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { type Detection, type Detector, loadDetector } from "../../src/detectors/index.ts";
import { prepareMethod, trainDetector } from "../../src/methods/index.ts";
import { auroc } from "../../src/metrics/index.ts";
import { type RenderedEntry, renderDataset } from "../../src/rendered/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { planesOf, strangePictures } from "../support/rendered-planes.ts";

const size = 48;
const steps = 150;

/** Measured with this seed: 0.976 (onnxruntime-node 1.30, x86-64); other processors round differently. */
const imageAurocFloor = 0.9;

const entries = [
  ...renderDataset({
    width: size,
    height: size,
    trainGood: 40,
    testGood: 15,
    testDefective: 30,
    random: new Random(1),
  }),
];
const good = entries.filter(({ relativePath }) => relativePath.startsWith("train/"));
const tested = entries.filter(({ relativePath }) => relativePath.startsWith("test/"));

describe("a detector trained on forty rendered prints", () => {
  const losses: number[] = [];
  let detector: Detector;

  beforeAll(async () => {
    const backend = nodeBackend({ threads: 1 });
    const options = prepareMethod({ preset: "fast", imageSize: size, batchSize: 4, length: { steps } }, size);
    const { model } = await trainDetector(
      good.map(({ image }) => planesOf(image)),
      options,
      {
        backend,
        now: () => 0,
        name: "prints",
        skipped: 0,
        software: {},
        onProgress: ({ loss }) => losses.push(loss),
      },
    );
    detector = await loadDetector(model, backend);
  });

  afterAll(() => detector.dispose());

  async function detect({ image }: Pick<RenderedEntry, "image">): Promise<Detection> {
    const [detection] = await detector.detect([image]);
    return detection ?? expect.fail("expected a detection");
  }

  test("begins with less loss than a network at random, whose noise alone costs 1, and ends with less than a third of that", () => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(losses).toHaveLength(steps);
    expect(mean(losses.slice(0, 5))).toBeLessThan(0.7);
    expect(mean(losses.slice(-20))).toBeLessThan(0.3);
  });

  test("tells defective prints from sound ones better than the floor", async () => {
    const scores: number[] = [];
    for (const entry of tested) scores.push((await detect(entry)).anomalyScore);
    const area = auroc(
      scores,
      tested.map(({ mask }) => (mask === null ? 0 : 1)),
    );
    expect(area).toBeGreaterThan(imageAurocFloor);
  });

  test("calls noise, black, white and an inverted print anomalous, at the smallest p-value there is", async () => {
    const [first = expect.fail("expected a picture")] = tested;
    const { calibration } = detector.description;
    for (const image of strangePictures(first.image, new Random(3))) {
      const { isAnomalous, pValue } = await detect({ image });
      expect(isAnomalous).toBe(true);
      expect(pValue).toBeCloseTo(1 / (calibration.images + 1), 6);
    }
  });
});
