import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import {
  add,
  buildGraph,
  constant,
  foldConstants,
  groupNorm,
  input,
  lowerGraph,
  mul,
  neg,
  scalar,
  silu,
  substitute,
  type Tensor,
} from "./index.ts";

const x: Tensor = input("x", "float32", [1, 4, 2, 2]);

test("lowering leaves operators of ONNX alone, node for node", () => {
  const graph = buildGraph({ name: "g", inputs: [x], outputs: { y: neg(add(x, x)) } });
  const lowered = lowerGraph(graph);
  expect(lowered.nodes).toEqual(graph.nodes);
  expect(lowered.nodes.every((node, i) => node === graph.nodes[i])).toBe(true);
});

test("lowering puts operators of ONNX in place of composite ones, and what follows uses them", () => {
  const ones = constant(float32Array([4], [1, 1, 1, 1]));
  const y = neg(groupNorm(x, ones, ones, { groups: 2 }));
  const graph = buildGraph({ name: "g", inputs: [x], outputs: { y } });
  expect(graph.nodes.map((node) => node.op.type).slice(-2)).toEqual(["radar.GroupNormalization", "Neg"]);
  const lowered = lowerGraph(graph);
  const types = lowered.nodes.map((node) => node.op.type);
  expect(types).toContain("LayerNormalization");
  expect(types).not.toContain("radar.GroupNormalization");
  expect(types.at(-1)).toBe("Neg");
  expect([lowered.name, lowered.inputs, lowered.outputs[0]?.name]).toEqual(["g", [x], "y"]);
});

test("substituting rebuilds what depends on the replaced tensor and shares the rest", () => {
  const [a, b] = [input("a", "float32", []), input("b", "float32", [])];
  const kept = mul(b, b);
  const y = add(neg(a), kept);
  const [rebuilt = y] = substitute([y], new Map([[a, scalar(3)]]));
  const graph = buildGraph({ name: "g", inputs: [b], outputs: { y: rebuilt } });
  expect(graph.nodes.length).toBe(3);
  expect(graph.nodes.some((node) => node === kept.producer)).toBe(true);
  expect(buildGraph({ name: "g", inputs: [a, b], outputs: { y } }).nodes.length).toBe(3);
});

test("substituting a computed tensor leaves out what made it", () => {
  const a = input("a", "float32", []);
  const inner = neg(a);
  const [rebuilt = a] = substitute([mul(inner, inner)], new Map([[inner, scalar(2)]]));
  expect(
    buildGraph({ name: "g", inputs: [], outputs: { y: rebuilt } }).nodes.map((node) => node.op.type),
  ).toEqual(["Mul"]);
});

test("what depends on constants alone is one, operators of ONNX Runtime's own too; what depends on an input stays", () => {
  const a = input("a", "float32", [2]);
  const shift = silu(add(scalar(1), constant(float32Array([2], [-1, 1]))));
  const [folded = a] = foldConstants([add(mul(a, a), shift)]);
  const graph = buildGraph({ name: "g", inputs: [a], outputs: { y: folded } });
  expect(graph.nodes.map((node) => node.op.type)).toEqual(["Mul", "Add"]);
  const values = graph.constants.map(({ value }) => [...value.data]);
  expect(values).toEqual([[0, Math.fround(2 / (1 + Math.exp(-2)))]]);
});

test("what has many values is left to the runtime", () => {
  const large = neg(constant(float32Array([5000], new Float32Array(5000))));
  const [folded = large] = foldConstants([large]);
  expect(folded).toBe(large);
});
