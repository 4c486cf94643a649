/** A detector whose answers a test writes down beforehand. */
import { type Frame, rgbImageOf } from "../../src/base/frame.ts";
import type { AnomalyMap, RgbImage } from "../../src/base/raster.ts";
import type { DetectorDescription } from "../../src/detectors/description.ts";
import type { Detection, Detector } from "../../src/detectors/detector.ts";

/** What the fake says of one image. */
export interface FakeAnswer {
  readonly score: number;
  readonly map: AnomalyMap;
}

export const fakeDescription: DetectorDescription = {
  format: 1,
  name: "bottle",
  method: "fake",
  preset: "fast",
  scoring: "by hand",
  imageSizePx: 64,
  patchSizePx: 32,
  parameters: 1_234_567,
  networkCalls: 1,
  seed: 7,
  software: { "radar-ad": "0.1.0", node: "20" },
  training: {
    images: 20,
    skipped: 0,
    steps: 1,
    batchSize: 8,
    finalLoss: 0.5,
    contentHash: "0123456789abcdef0123456789abcdef",
    symmetries: [],
  },
  calibration: {
    images: 19,
    threshold: 0.5,
    falseAlarmRate: 0.05,
    rule: "conformal",
    pixelThreshold: 0.6,
    mapMaximum: 1,
    scores: Array.from({ length: 19 }, (_, i) => (i + 1) / 38),
  },
  options: {},
};

/** Detector that answers with `answer(image)`; it counts its calls. */
export class FakeDetector implements Detector {
  readonly description: DetectorDescription = fakeDescription;
  calls = 0;
  readonly #answer: (image: RgbImage) => FakeAnswer;

  constructor(answer: (image: RgbImage) => FakeAnswer) {
    this.#answer = answer;
  }

  async detect(images: readonly Frame[]): Promise<Detection[]> {
    this.calls++;
    return images.map((image) => {
      const { score, map } = this.#answer(pictureOf(image));
      const { scores, threshold } = this.description.calibration;
      const higher = scores.filter((other) => other >= score).length;
      return {
        anomalyMap: map,
        anomalyScore: score,
        pValue: (1 + higher) / (scores.length + 1),
        isAnomalous: score > threshold,
        warnings: [],
      };
    });
  }

  async detectOne(image: Frame): Promise<Detection> {
    const [detection] = await this.detect([image]);
    return detection!;
  }

  async dispose(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The picture itself where it is one already: answers are kept by it. */
function pictureOf(frame: Frame): RgbImage {
  const picture = rgbImageOf(frame, "image");
  return isRgbImage(frame) ? frame : picture;
}

function isRgbImage(frame: Frame): frame is RgbImage {
  return frame.format === undefined && frame.data instanceof Uint8Array;
}
