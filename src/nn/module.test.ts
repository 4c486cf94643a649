import { expect, test } from "vitest";
import { reference } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  bindParameters,
  Conv2d,
  GroupNorm,
  initialValues,
  Linear,
  namedParameters,
  ones,
  parameter,
  parameterCount,
  uniformFanIn,
  zeros,
} from "./index.ts";

test("parameters are named by field path, depth first in the order of the fields", () => {
  const module = {
    stem: new Conv2d(3, 4),
    blocks: [{ norm: new GroupNorm(2, 4) }, { norm: new GroupNorm(2, 4), linear: new Linear(4, 2) }],
    depth: 2,
    absent: undefined,
    nothing: null,
  };
  expect(namedParameters(module).map(({ name, parameter: { shape } }) => [name, shape])).toEqual([
    ["stem.weight", [4, 3, 3, 3]],
    ["stem.bias", [4]],
    ["blocks.0.norm.weight", [4]],
    ["blocks.0.norm.bias", [4]],
    ["blocks.1.norm.weight", [4]],
    ["blocks.1.norm.bias", [4]],
    ["blocks.1.linear.weight", [2, 4]],
    ["blocks.1.linear.bias", [2]],
  ]);
  expect(parameterCount(namedParameters(module))).toBe(108 + 4 + 16 + 8 + 2);
});

test("initial values are the same for the same seed and differ between parameters", () => {
  const parameters = namedParameters({ a: new Linear(4, 4), b: new Linear(4, 4) });
  const values = initialValues(parameters, new Random(3));
  expect(initialValues(parameters, new Random(3))).toEqual(values);
  expect(initialValues(parameters, new Random(4))).not.toEqual(values);
  expect(values.slice(0, 20)).not.toEqual(values.slice(20));
});

test("a new layer does not move the initial values of the others", () => {
  const [before, after] = [
    { a: new Linear(4, 3), c: new Linear(3, 2) },
    { a: new Linear(4, 3), b: new Linear(3, 3), c: new Linear(3, 2) },
  ].map((module) => initialValues(namedParameters(module), new Random(5)));
  expect(after?.slice(0, 15)).toEqual(before?.slice(0, 15));
  expect(after?.slice(-8)).toEqual(before?.slice(-8));
});

test("drawing initial values does not move the generator", () => {
  const random = new Random(6);
  const state = random.state();
  initialValues(namedParameters(new Linear(3, 3)), random);
  expect(random.state()).toEqual(state);
});

test("kernels start uniform within 1 / √fanIn, norms at 1 and 0, closing convolutions at 0", () => {
  const valuesOf = (module: object) => initialValues(namedParameters(module), new Random(1));
  const kernel = valuesOf(new Conv2d(4, 64));
  const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeLessThanOrEqual(1 / 6);
  expect(largest).toBeGreaterThan(0.99 / 6);
  expect(valuesOf(new GroupNorm(2, 4))).toEqual(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0));
  expect(valuesOf(new Conv2d(2, 2, { zero: true })).every((value) => value === 0)).toBe(true);
});

test("initializers fill all they are given", () => {
  const values = new Float32Array(5);
  ones(values, new Random(0));
  expect(Array.from(values)).toEqual([1, 1, 1, 1, 1]);
  zeros(values, new Random(0));
  expect(Array.from(values)).toEqual([0, 0, 0, 0, 0]);
  uniformFanIn(4)(values, new Random(0));
  expect(values.every((value) => value !== 0 && Math.abs(value) <= 0.5)).toBe(true);
});

test("parameters bound to numbers or to a tensor of them give the same result", () => {
  const layer = new Linear(3, 2);
  const parameters = namedParameters(layer);
  const flat = Float32Array.of(1, 2, 3, 4, 5, 6, 0.5, -0.5);
  const x = input("x", "float32", [1, 3]);
  const vector = input("flat", "float32", [8]);
  const feeds = { x: reference([1, 3], [1, 0, -1]), flat: reference([8], flat) };
  for (const source of [flat, vector]) {
    const [y = x] = bindParameters([layer.apply(x)], parameters, source);
    const graph = buildGraph({ name: "linear", inputs: [x, vector], outputs: { y } });
    // 1 - 3 + 0.5 and 4 - 6 - 0.5
    expect(evaluateGraph(graph, feeds).y?.data).toEqual(Float64Array.of(-1.5, -2.5));
  }
});

test("a vector of another length is refused", () => {
  const layer = new Linear(3, 2);
  const y = layer.apply(input("x", "float32", [1, 3]));
  expect(() => bindParameters([y], namedParameters(layer), new Float32Array(9))).toThrow(
    "internal: parameter vector of another length. Please report this.",
  );
});

test("a parameter is a leaf that must be bound before a graph is built", () => {
  const leaf = parameter([2], zeros);
  expect([leaf.dtype, leaf.shape, leaf.producer.kind]).toEqual(["float32", [2], "input"]);
});
