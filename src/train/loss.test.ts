import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { buildGraph, gradient, input, reduceSum } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { binaryCrossEntropy, meanAbsoluteError, meanSquaredError } from "./index.ts";

const [a, b] = [input("a", "float32", [4]), input("b", "float32", [4])];

test("the mean squared error is the mean of squares, and its gradient moves both sides", () => {
  const loss = meanSquaredError(a, b);
  const [slopeA = a, slopeB = b] = gradient(loss, [a, b]);
  const graph = buildGraph({ name: "mse", inputs: [a, b], outputs: { loss, slopeA, slopeB } });
  const results = evaluateGraph(graph, { a: reference([4], [1, 2, 3, 4]), b: reference([4], [1, 0, 3, 8]) });
  expect([results.loss?.shape, results.loss?.data]).toEqual([[], Float64Array.of((4 + 16) / 4)]);
  expect(results.slopeA?.data).toEqual(Float64Array.of(0, 1, 0, -2));
  expect(results.slopeB?.data.map((value) => -value + 0)).toEqual(Float64Array.of(0, 1, 0, -2));
});

test("the mean absolute error is the mean of distances, and its gradient is a sign on both sides", () => {
  const loss = meanAbsoluteError(a, b);
  const [slopeA = a, slopeB = b] = gradient(loss, [a, b]);
  const graph = buildGraph({ name: "mae", inputs: [a, b], outputs: { loss, slopeA, slopeB } });
  const results = evaluateGraph(graph, { a: reference([4], [1, 2, 3, 4]), b: reference([4], [1, 0, 3, 8]) });
  expect([results.loss?.shape, results.loss?.data]).toEqual([[], Float64Array.of((2 + 4) / 4)]);
  expect(results.slopeA?.data.map((value) => value + 0)).toEqual(Float64Array.of(0, 0.25, 0, -0.25));
  expect(results.slopeB?.data.map((value) => -value + 0)).toEqual(Float64Array.of(0, 0.25, 0, -0.25));
});

test("the cross-entropy is that of the sigmoid, at logits of any size", () => {
  const losses = binaryCrossEntropy(a, b);
  const [slope = a] = gradient(reduceSum(losses, { keepDims: false }), [a]);
  const graph = buildGraph({ name: "bce", inputs: [a, b], outputs: { losses, slope } });
  const [logits, targets] = [
    [2, -1, 800, -800],
    [1, 0.25, 0, 0],
  ];
  const results = evaluateGraph(graph, {
    a: reference([4], logits ?? []),
    b: reference([4], targets ?? []),
  });
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const mixed = -0.25 * Math.log(sigmoid(-1)) - 0.75 * Math.log(1 - sigmoid(-1));
  expectAllClose(results.losses?.data ?? [], [-Math.log(sigmoid(2)), mixed, 800, 0], { rtol: 1e-13 });
  // ∂/∂z = σ(z) - y
  expectAllClose(results.slope?.data ?? [], [sigmoid(2) - 1, sigmoid(-1) - 0.25, 1, 0], { rtol: 1e-13 });
});
