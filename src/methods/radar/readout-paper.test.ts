import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference } from "../../../test/support/run-graph.ts";
import { ndArray } from "../../base/array.ts";
import { Random } from "../../base/random.ts";
import { contaminationThreshold } from "../../detectors/calibration.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { classifiers } from "./feature-classifier.ts";
import { paperReadout, paperSettings } from "./readout-paper.ts";

const readout = paperReadout({ ...paperSettings, windowPx: 4, windowStridePx: 1 });

/** The two features of predicted noise, float32 [N, 3, S, S]. */
function features(shape: readonly number[], noise: ArrayLike<number>, use = readout): number[] {
  const x = input("x", "float32", shape);
  const output = { patches: x, noise: x, mismatch: x, defectLogits: null, features: null };
  const graph = buildGraph({ name: "features", inputs: [x], outputs: use.observe(output) });
  const { norms } = evaluateGraph(graph, { x: reference(shape, noise) });
  expect(norms?.shape).toEqual([shape[0], 2]);
  return Array.from(norms?.data ?? []);
}

/** One picture whose three channels are the same function of the place. */
function picture(side: number, value: (row: number, column: number) => number): number[] {
  return Array.from({ length: 3 * side ** 2 }, (_, i) => value(Math.floor(i / side) % side, i % side));
}

test("noise without structure has no features, and a slope those of its gradient everywhere", () => {
  expectAllClose(
    features(
      [1, 3, 8, 8],
      picture(8, () => 3),
    ),
    [0, 0],
    { atol: 1e-4 },
  );
  // Far from the border a slope of 1/128 has a gradient of 1: a window of 4 x 4 pixels has the norm 4.
  const [whole = 0, window = 0] = features(
    [1, 3, 24, 24],
    picture(24, (row) => row / 128),
  );
  expect(window).toBeCloseTo(4, 4);
  expect(whole).toBeGreaterThan(16);
  expect(whole).toBeLessThan(24);
});

test("the second feature is that of the window with the strongest edges, the first of all", () => {
  const side = 24;
  const step = (row: number, column: number) => (row < 8 && column < 8 ? 1 : 0);
  const [whole = 0, window = 0] = features([1, 3, side, side], picture(side, step));
  expect(window).toBeGreaterThan(0);
  expect(window).toBeLessThan(whole);
  const twice = picture(side, (row, column) => step(row, column) + step(side - 1 - row, side - 1 - column));
  const [both = 0, same = 0] = features([1, 3, side, side], twice);
  expectAllClose([both, same], [Math.SQRT2 * whole, window], { rtol: 1e-6 });
});

test("a picture smaller than the window is one window", () => {
  const large = paperReadout({ ...paperSettings, windowPx: 20 });
  const noise = new Random(2).normals(3 * 16 * 16);
  const [whole = 0, window = 0] = features([1, 3, 16, 16], noise, large);
  expect(window).toBeCloseTo(whole, 5);
});

test("the threshold leaves out the contamination's share of the pictures learned from", async () => {
  const random = new Random(5);
  const rows = Array.from({ length: 40 }, () => Float32Array.from(random.normals(2), (value) => 10 + value));
  async function* images() {
    for (const data of rows) yield { norms: ndArray("float32", [1, 2], data) };
  }
  for (const classifier of readout.classifiers) {
    const fitted = await readout.fit(images(), { random: new Random(1), classifier, sample: images() });
    const points = Float64Array.from(rows.flatMap((row) => Array.from(row)));
    const { learnedScores } = classifiers[classifier](points, { dimensions: 2, random: new Random(1) });
    expect(fitted.threshold).toBe(contaminationThreshold(learnedScores, 0.05));
    expect(learnedScores.filter((score) => score > (fitted.threshold ?? Number.NaN))).toHaveLength(2);
  }
});
