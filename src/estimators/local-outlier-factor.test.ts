import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { estimatorGolden } from "../../test/support/estimator-golden.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { contaminationThreshold } from "../detectors/calibration.ts";
import { buildGraph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { fitLocalOutlierFactor, type LocalOutlierFactor, localOutlierScore } from "./local-outlier-factor.ts";

const golden = estimatorGolden().localOutlierFactor;

function scoreGraph(lof: LocalOutlierFactor, points: number | string) {
  const x = input("x", "float32", [points, lof.dimensions]);
  return buildGraph({ name: "lof", inputs: [x], outputs: { score: localOutlierScore(x, lof) } });
}

test("a point in a row of equal steps has factor 1, one far off the quotient of the densities", () => {
  // Two neighbours each. Ends reach 2, inner points 1; the last point is 6 and 7 away from the two at the end of the row.
  const lof = fitLocalOutlierFactor(Float64Array.of(0, 1, 2, 3, 4, 5, 6, 13), 1, { neighbours: 2 });
  expect(Array.from(lof.reach)).toEqual([2, 1, 1, 1, 1, 1, 2, 8]);
  expect(lof.densities[7]).toBeCloseTo(1 / ((7 + 8) / 2), 9);
  expect(lof.factors[3]).toBeCloseTo(1, 9);
  const [five = 0, six = 0] = lof.densities.slice(5, 7);
  expect(lof.factors[7]).toBeCloseTo((five + six) / 2 / (lof.densities[7] ?? 0), 9);
});

test("factors among the points equal scikit-learn's, and so does the threshold they give", () => {
  const lof = fitLocalOutlierFactor(Float64Array.from(golden.train), 2, { neighbours: golden.neighbours });
  expectAllClose(lof.factors, golden.trainFactors, { rtol: 1e-6 });
  const threshold = contaminationThreshold(lof.factors, golden.contamination);
  expect(threshold).toBeCloseTo(golden.contaminationThreshold, 6);
});

test("factors of new points in a graph equal scikit-learn's, in ONNX Runtime and the reference", async () => {
  const lof = fitLocalOutlierFactor(Float64Array.from(golden.train), 2, { neighbours: golden.neighbours });
  const count = golden.test.length / 2;
  const feeds = { x: reference([count, 2], golden.test) };
  const { score } = evaluateGraph(scoreGraph(lof, count), feeds);
  expectAllClose(score?.data ?? [], golden.testFactors, { rtol: 1e-6 });
  const run = await runOnce(nodeBackend({ threads: 1 }), scoreGraph(lof, "N"), feeds);
  expect(run.score?.shape).toEqual([count, 1]);
  expectAllClose(Array.from(run.score?.data ?? [], Number), golden.testFactors, { rtol: 2e-5 });
});

test("equal points are as dense as each other, and few points are all neighbours", async () => {
  const lof = fitLocalOutlierFactor(Float64Array.of(1, 2, 1, 2, 1, 2), 2);
  expect(lof.neighbours).toBe(2);
  expect(Array.from(lof.factors)).toEqual([1, 1, 1]);
  const feeds = { x: reference([2, 2], [1, 2, 4, 6]) };
  const run = await runOnce(nodeBackend({ threads: 1 }), scoreGraph(lof, "N"), feeds);
  const [same = 0, far = 0] = Array.from(run.score?.data ?? [], Number);
  expect(same).toBeCloseTo(1, 6);
  expect(far).toBeGreaterThan(1e9);
});

test("the factor refuses options out of range, wrong lengths and too few points", () => {
  expect(() => fitLocalOutlierFactor(new Float64Array(4), 1, { neighbours: 0 })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "neighbours: expected an integer >= 1, got 0." }),
  );
  expect(() => fitLocalOutlierFactor(new Float64Array(4), 3)).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "fitLocalOutlierFactor: expected a multiple of 3 features (points x dimensions), got 4.",
    }),
  );
  expect(() => fitLocalOutlierFactor(new Float64Array(4), 4)).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "fitLocalOutlierFactor: expected at least 2 points, got 1.",
    }),
  );
});
