import { expect, test } from "vitest";
import { reference } from "../../test/support/run-graph.ts";
import { int64Array, ndArray } from "../base/array.ts";
import { add, buildGraph, div, input, scalar } from "../graph/index.ts";
import { evaluateGraph, referenceOf } from "./reference.ts";

const x = input("x", "float32", [2]);

test("the reference computes in float64", () => {
  const graph = buildGraph({ name: "third", inputs: [x], outputs: { y: div(x, scalar(3)) } });
  expect(evaluateGraph(graph, { x: reference([2], [1, 2]) }).y).toEqual(reference([2], [1 / 3, 2 / 3]));
});

test("outputs may be inputs", () => {
  const graph = buildGraph({ name: "same", inputs: [x], outputs: { y: x, z: add(x, x) } });
  const results = evaluateGraph(graph, { x: reference([2], [1, 2]) });
  expect(results).toEqual({ y: reference([2], [1, 2]), z: reference([2], [2, 4]) });
});

test("a missing feed is named", () => {
  const graph = buildGraph({ name: "same", inputs: [x], outputs: { y: x } });
  expect(() => evaluateGraph(graph, {})).toThrow(
    expect.objectContaining({
      code: "E_BACKEND",
      message: "evaluateGraph: expected a feed for every input, got none for x.",
    }),
  );
});

test("host values become float64, bools 0 and 1", () => {
  expect(referenceOf(int64Array([2], [-3, 4]))).toEqual(reference([2], [-3, 4], "int64"));
  expect(referenceOf(ndArray("bool", [2], Uint8Array.of(0, 1)))).toEqual(reference([2], [0, 1], "bool"));
});
