import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import { GraphError } from "../base/errors.ts";
import { topologicalOrder } from "./graph.ts";
import { add, buildGraph, constant, input, mul, neg, scalar, type Tensor } from "./index.ts";

const a: Tensor = input("a", "float32", [2]);
const b: Tensor = input("b", "float32", [2]);

test("a graph holds what its outputs need, each node after those it depends on", () => {
  const sum = add(a, b);
  const product = mul(sum, scalar(2));
  mul(sum, sum); // needed by no output
  const graph = buildGraph({ name: "g", inputs: [a, b], outputs: { product, sum } });
  expect(graph.nodes.map((node) => node.op.type)).toEqual(["Add", "Mul"]);
  expect(graph.constants.map((leaf) => Array.from(leaf.value.data, Number))).toEqual([[2]]);
  expect(graph.outputs.map(({ name }) => name)).toEqual(["product", "sum"]);
});

test("an input that nothing needs stays an input", () => {
  const graph = buildGraph({ name: "g", inputs: [a, b], outputs: { y: neg(a) } });
  expect(graph.inputs).toEqual([a, b]);
});

test("an input that is needed must be listed", () => {
  expect(() => buildGraph({ name: "g", inputs: [a], outputs: { y: add(a, b) } })).toThrow(
    new GraphError(
      "E_GRAPH",
      "buildGraph: expected every input the outputs need in inputs, got none for b. Add it.",
    ),
  );
});

test("inputs are distinct and made by input", () => {
  const twin = input("a", "float32", [2]);
  expect(() => buildGraph({ name: "g", inputs: [a, twin], outputs: { y: add(a, twin) } })).toThrow(
    "buildGraph: expected distinct inputs made by input(...), got two inputs named a.",
  );
  const fixed = constant(float32Array([2], [1, 2]));
  expect(() => buildGraph({ name: "g", inputs: [fixed], outputs: { y: neg(fixed) } })).toThrow(
    "got a constant.",
  );
  const computed = neg(a);
  expect(() => buildGraph({ name: "g", inputs: [a, computed], outputs: { y: neg(computed) } })).toThrow(
    "got a node.",
  );
});

test("an output is not named like an input", () => {
  expect(() => buildGraph({ name: "g", inputs: [a], outputs: { a: neg(a) } })).toThrow(
    "buildGraph: expected outputs named other than inputs, got a for both. Rename one.",
  );
});

test("the order respects the edges of a graph full of shared nodes", () => {
  const tensors: Tensor[] = [a, b];
  for (let i = 0; i < 60; i++) {
    const pick = (k: number) => tensors[(i * i + k) % tensors.length] ?? a;
    tensors.push(add(pick(0), pick(7)));
  }
  const { nodes } = topologicalOrder(tensors.slice(-3));
  const places = new Map(nodes.map((node, place) => [node, place]));
  expect(places.size).toBe(nodes.length);
  for (const [place, node] of nodes.entries()) {
    for (const operand of node.inputs) {
      if (operand?.producer.kind !== "node") continue;
      expect(places.get(operand.producer)).toBeLessThan(place);
    }
  }
});
