import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import {
  add,
  buildGraph,
  constant,
  groupNorm,
  input,
  lowerGraph,
  mul,
  neg,
  scalar,
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
  expect(graph.nodes.map((node) => node.op.type)).toEqual(["radar.GroupNormalization", "Neg"]);
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
