import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, constant, gradient, input, mul, reduceMean, scalar } from "../../graph/index.ts";
import { bindParameters, initialValues } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { Autoencoder } from "./autoencoder.ts";
import { similarityObjective, structuralSimilarity } from "./structural-similarity.ts";

interface Golden {
  shape: [number, number, number, number];
  a: number[];
  b: number[];
  similarity: number[];
  gradient: number[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../test/golden/structural_similarity.json", import.meta.url), "utf8"),
);

describe("structural similarity", () => {
  const [a, b] = [input("a", "float32", golden.shape), input("b", "float32", golden.shape)];
  const similarity = structuralSimilarity(a, b, 2);
  const [slope = b] = gradient(reduceMean(similarity, { keepDims: false }), [b]);
  const graph = buildGraph({ name: "similarity", inputs: [a, b], outputs: { similarity, slope } });
  const feeds = { a: reference(golden.shape, golden.a), b: reference(golden.shape, golden.b) };

  test("is scikit-image's, and its gradient PyTorch's", () => {
    const results = evaluateGraph(graph, feeds);
    // weights and constants are float32 in the graph
    expectAllClose(results.similarity?.data ?? [], golden.similarity, { rtol: 1e-5, atol: 1e-6 });
    expectAllClose(results.slope?.data ?? [], golden.gradient, { rtol: 1e-5, atol: 1e-7 });
  });

  test("is the same in ONNX Runtime", async () => {
    const results = await runOnce(nodeBackend({ threads: 1 }), graph, feeds);
    const values = (name: string) => Array.from(results[name]?.data ?? [], Number);
    expectAllClose(values("similarity"), golden.similarity, { rtol: 1e-4, atol: 1e-5 });
    expectAllClose(values("slope"), golden.gradient, { rtol: 1e-4, atol: 1e-6 });
  });

  test("of a picture with itself is 1, and takes any number of pictures", () => {
    const many = input("many", "float32", ["N", 3, 12, 11]);
    const self = structuralSimilarity(many, many, 2);
    expect(self.shape).toEqual(["N", 3, 2, 1]);
    const random = new Random(1);
    const fed = { many: reference([2, 3, 12, 11], random.normals(2 * 3 * 12 * 11)) };
    const results = evaluateGraph(buildGraph({ name: "self", inputs: [many], outputs: { self } }), fed);
    expectAllClose(results.self?.data ?? [], new Array(12).fill(1), { rtol: 1e-12 });
  });

  test.each([
    [0.5, -0.5],
    [0, 1],
  ])("of even pictures %f and %f is the ratio of their means alone", (one, other) => {
    const even = (value: number) =>
      constant({ dtype: "float32", shape: [1, 1, 11, 11], data: new Float32Array(121).fill(value) });
    const outputs = { similarity: structuralSimilarity(even(one), even(other), 2) };
    const results = evaluateGraph(buildGraph({ name: "even", inputs: [], outputs }), {});
    const c1 = 0.02 ** 2;
    expect(results.similarity?.data[0]).toBeCloseTo((2 * one * other + c1) / (one ** 2 + other ** 2 + c1), 4); // float32 window
  });
});

test("the objective is 1 - mean similarity, and moves every parameter", () => {
  const side = 16;
  const model = new Autoencoder({
    imageSizePx: side,
    widths: [4, 4],
    neckChannels: 2,
    latentSize: 3,
    groups: 2,
  });
  const { parameters, loss, inputs } = similarityObjective(model, [2, 3, side, side]);
  const random = new Random(2);
  const [pictures = loss] = inputs;
  const mean = reduceMean(structuralSimilarity(pictures, model.reconstruct(pictures), 2), {
    keepDims: false,
  });
  const gradients = gradient(
    loss,
    parameters.map(({ parameter }) => parameter),
  );
  const [boundLoss = loss, opposite = loss, ...rest] = bindParameters(
    [loss, mul(mean, scalar(-1)), ...gradients],
    parameters,
    initialValues(parameters, random),
  );
  const outputs = { loss: boundLoss, opposite, ...Object.fromEntries(rest.map((g, i) => [`g${i}`, g])) };
  const results = evaluateGraph(buildGraph({ name: "objective", inputs, outputs }), {
    pictures: reference([2, 3, side, side], random.normals(2 * 3 * side * side)),
  });
  expect(results.loss?.data[0]).toBeGreaterThan(0);
  expect(results.loss?.data[0]).toBeCloseTo(1 + (results.opposite?.data[0] ?? 0), 12);
  const still = parameters.filter((_, i) => results[`g${i}`]?.data.every((entry) => entry === 0));
  expect(still.map(({ name }) => name)).toEqual([]);
});
