/** Agreement of all metrics with scikit-learn and scipy on test/golden/metrics.json. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import {
  aupimo,
  aupro,
  auroc,
  averagePrecision,
  type Confusion,
  confusionAt,
  f1Max,
  PixelAccumulator,
  prCurve,
  rocCurve,
} from "./index.ts";

interface ScoreCase {
  name: string;
  scores: number[];
  labels: number[];
  falsePositiveRates: number[];
  truePositiveRates: number[];
  precisions: number[];
  recalls: number[];
  auroc: number;
  averagePrecision: number;
  f1Max: number;
  confusions: (Confusion & { threshold: number })[];
}

interface MapCase {
  name: string;
  width: number;
  height: number;
  maps: number[][];
  masks: string[];
  regionCount: number;
  auroc: number;
  averagePrecision: number;
  f1Max: number;
  aupro: Record<string, number>;
  aupimo: { rates: [number, number]; points: number; value: number };
}

const golden: { scoreCases: ScoreCase[]; mapCases: MapCase[] } = JSON.parse(
  readFileSync(new URL("../../test/golden/metrics.json", import.meta.url), "utf8"),
);
const tolerance = { rtol: 1e-13, atol: 1e-15 };

describe.each(golden.scoreCases)("scikit-learn agrees on $name", (golden) => {
  const { scores, labels } = golden;

  test("on the ROC curve and its area", () => {
    const curve = rocCurve(scores, labels);
    expectAllClose(curve.falsePositiveRates, golden.falsePositiveRates, tolerance);
    expectAllClose(curve.truePositiveRates, golden.truePositiveRates, tolerance);
    expectAllClose([auroc(scores, labels)], [golden.auroc], tolerance);
  });

  test("on the precision-recall curve, its average precision and best F1", () => {
    const curve = prCurve(scores, labels);
    expectAllClose(curve.precisions, golden.precisions, tolerance);
    expectAllClose(curve.recalls, golden.recalls, tolerance);
    expectAllClose([averagePrecision(scores, labels)], [golden.averagePrecision], tolerance);
    expectAllClose([f1Max(scores, labels).f1], [golden.f1Max], tolerance);
  });

  test("on decisions at fixed thresholds", () => {
    for (const { threshold, ...expected } of golden.confusions) {
      const confusion = confusionAt(scores, labels, threshold);
      expect(Object.keys(confusion).sort()).toEqual(Object.keys(expected).sort());
      expectAllClose(Object.values(confusion), Object.values(expected), tolerance);
    }
  });
});

test.each(golden.mapCases)("scikit-learn and scipy agree on pixel metrics with $name", (golden) => {
  const { width, height } = golden;
  const images = golden.maps.map((map, i) => ({
    map: Float32Array.from(map),
    mask: Uint8Array.from(golden.masks[i] ?? "", Number),
    width,
    height,
  }));
  const pixels = new PixelAccumulator();
  for (const { map, mask } of images) pixels.add(map, mask, width, height);
  const metrics = pixels.metrics();
  expect(pixels.regionCount).toBe(golden.regionCount);
  expectAllClose(
    [metrics.auroc, metrics.averagePrecision, metrics.f1Max],
    [golden.auroc, golden.averagePrecision, golden.f1Max],
    tolerance,
  );
  for (const [limit, expected] of Object.entries(golden.aupro)) {
    const options = { falsePositiveRateLimit: Number(limit) };
    expectAllClose([aupro(images, options), pixels.metrics(options).aupro], [expected, expected], tolerance);
  }
  const { rates, points, value } = golden.aupimo;
  const { length } = images; // the grid of the golden value misses the steps by one of its cells each
  const atol = length / points;
  expectAllClose([aupimo(images, { falsePositiveRates: rates })], [value], { rtol: 0, atol });
});
