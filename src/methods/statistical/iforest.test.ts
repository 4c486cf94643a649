import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { fitIsolationForest, isolationForestScores } from "../../estimators/isolation-forest.ts";
import { forestScore } from "../../estimators/isolation-forest-encoding.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { patchStatistics } from "./iforest.ts";

const backend = nodeBackend({ threads: 1 });

test("of stripes, patches have the mean and spread of both colours, gradient and grain only across", async () => {
  const side = 16;
  // columns 1 -1 1 -1 ... in red, all 0.5 in green, stripes of half that height in blue
  const data = Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const stripe = i % 2 === 0 ? 1 : -1;
    return [stripe, 0.5, 0.5 * stripe][Math.floor(i / side ** 2)] ?? 0;
  });
  const x = input("x", "float32", ["N", 3, side, side]);
  const graph = buildGraph({ name: "s", inputs: [x], outputs: { y: patchStatistics(x, 4) } });
  const { y } = await runOnce(backend, graph, { x: reference([1, 3, side, side], data) });
  expect(y?.shape).toEqual([16, 8]);
  const patch = Array.from(y?.data ?? [], Number).slice(5 * 8, 6 * 8); // second row, second column
  // grey = ±0.5, a 3 x 3 mean of it ∓0.5/3: grain 2/3; the Sobel gradient of alternating columns is 0
  expectAllClose(patch, [0, 0.5, 0, 1, 0, 0.5, 0, 2 / 3], { atol: 2e-3 });
});

test("the graph scores points as the forest does", async () => {
  const random = new Random(3);
  const points = Float64Array.from(random.normals(2 * 300));
  const forest = fitIsolationForest(points, 2, { trees: 10, random });
  const x = input("x", "float32", ["M", 2]);
  const graph = buildGraph({ name: "f", inputs: [x], outputs: { y: forestScore(x, forest) } });
  const { y } = await runOnce(backend, graph, { x: reference([300, 2], points) });
  expectAllClose(Array.from(y?.data ?? [], Number), isolationForestScores(forest, points), { rtol: 1e-5 });
});
