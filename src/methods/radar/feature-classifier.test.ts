import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { contaminationThreshold } from "../../detectors/calibration.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { classifierNames, classifiers, type FittedClassifier } from "./feature-classifier.ts";

/** Sixty pictures with two features around 5 and 50. */
const features = Float64Array.from(
  new Random(3).normals(120),
  (value, i) => (i % 2 === 0 ? 5 : 50) + (i % 2 === 0 ? 1 : 10) * value,
);

function fitted(name: (typeof classifierNames)[number]): FittedClassifier {
  return classifiers[name](features, { dimensions: 2, random: new Random(1) });
}

/** Scores of points in ONNX Runtime. */
async function scores(classifier: FittedClassifier, points: ArrayLike<number>): Promise<number[]> {
  const x = input("x", "float32", ["N", 2]);
  const graph = buildGraph({ name: "score", inputs: [x], outputs: { score: classifier.score(x) } });
  const { score } = await runOnce(nodeBackend({ threads: 1 }), graph, {
    x: reference([points.length / 2, 2], points),
  });
  expect(score?.shape).toEqual([points.length / 2, 1]);
  return Array.from(score?.data ?? [], Number);
}

test.each(classifierNames)(
  "%s calls what is far higher than usual strange, and what is usual not, at a contamination of 5 %",
  async (name) => {
    const classifier = fitted(name);
    const [usual = 0, higher = 0] = await scores(classifier, [5, 50, 12, 130]);
    const threshold = contaminationThreshold(classifier.learnedScores, 0.05);
    expect(usual).toBeLessThan(threshold);
    expect(higher).toBeGreaterThan(threshold);
  },
);

test.each(["forest", "higher"] as const)(
  "%s gives learned pictures the scores that its threshold is made of",
  async (name) => {
    const classifier = fitted(name);
    expectAllClose(await scores(classifier, features), classifier.learnedScores, { rtol: 1e-5, atol: 1e-5 });
  },
);

test("the paper's classifiers call what is calmer than usual strange, and ours does not", async () => {
  const calm = [1, 5];
  for (const name of ["forest", "lof"] as const) {
    const [usual = 0, calmer = 0] = await scores(fitted(name), [5, 50, ...calm]);
    expect(calmer).toBeGreaterThan(usual);
  }
  const [usual = 0, calmer = 0] = await scores(fitted("higher"), [5, 50, ...calm]);
  expect(calmer).toBeLessThan(usual);
});

test("ours is the larger of the features in standard deviations above their means", async () => {
  const classifier = classifiers.higher(Float64Array.of(1, 10, 3, 30), {
    dimensions: 2,
    random: new Random(0),
  });
  expect(Array.from(classifier.learnedScores)).toEqual([-1, 1]); // means 2 and 20, deviations 1 and 10
  expectAllClose(await scores(classifier, [5, 25, 2, 60]), [3, 4], { rtol: 1e-6 });
});
