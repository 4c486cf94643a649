import { fromBinary } from "@bufbuild/protobuf";
import { AttributeProto_AttributeType, ModelProtoSchema, TensorProto_DataType } from "onnx-buf";
import { expect, test } from "vitest";
import { hostArray, reference, runOnce } from "../../test/support/run-graph.ts";
import { float32Array, int64Array, ndArray } from "../base/array.ts";
import * as g from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { encodeModel } from "./index.ts";

const x: g.Tensor = g.input("x", "float32", ["N", 3]);

function decode(graph: g.Graph, metadata?: Record<string, string>) {
  const model = fromBinary(ModelProtoSchema, encodeModel(graph, metadata));
  return { model, graph: model.graph ?? expect.fail("no graph") };
}

/** Every name that the model defines: inputs, initializers and outputs of nodes. */
function definedNames(graph: g.Graph): string[] {
  const { input, initializer, node } = decode(graph).graph;
  return [...input, ...initializer]
    .map(({ name }) => name ?? "")
    .concat(node.flatMap(({ output }) => output));
}

test("a model states its producer, versions and metadata", () => {
  const { model } = decode(g.buildGraph({ name: "net", inputs: [x], outputs: { y: g.neg(x) } }), {
    "radar.seed": "7",
    title: "Fläche",
  });
  expect(model.producerName).toBe("radar-ad");
  expect(model.irVersion).toBe(8n);
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 18n],
    ["ai.onnx.ml", 3n],
    ["com.microsoft", 1n],
  ]);
  expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
    ["radar.seed", "7"],
    ["title", "Fläche"],
  ]);
  expect(model.graph?.name).toBe("net");
});

test("inputs and outputs keep their names, types and extents", () => {
  const { graph } = decode(
    g.buildGraph({ name: "net", inputs: [x], outputs: { over: g.greater(x, g.scalar(0)) } }),
  );
  const [given, made] = [graph.input[0]?.type?.value, graph.output[0]?.type?.value];
  expect([graph.input[0]?.name, graph.output[0]?.name]).toEqual(["x", "over"]);
  expect(given?.case === "tensorType" && given.value.elemType).toBe(TensorProto_DataType.FLOAT);
  expect(made?.case === "tensorType" && made.value.elemType).toBe(TensorProto_DataType.BOOL);
  const dims = given?.case === "tensorType" ? given.value.shape?.dim.map(({ value }) => value.value) : [];
  expect(dims).toEqual(["N", 3n]);
});

test("an inner output is computed under its name, but is none of the model", () => {
  const twice = g.add(x, x);
  const outputs = { y: g.neg(twice), twice };
  const encoded = encodeModel(g.buildGraph({ name: "net", inputs: [x], outputs }), {}, { inner: ["twice"] });
  const graph = fromBinary(ModelProtoSchema, encoded).graph ?? expect.fail("no graph");
  expect(graph.output.map(({ name }) => name)).toEqual(["y"]);
  expect(graph.node.map(({ opType, output }) => [opType, ...output])).toEqual([
    ["Add", "twice"],
    ["Neg", "y"],
  ]);
});

test("constants are initializers, bit for bit", () => {
  const values = Float32Array.of(0.1, -0, Number.MIN_VALUE, 3e38);
  const fixed = g.constant(ndArray("float32", [2, 2], values));
  const { graph } = decode(g.buildGraph({ name: "net", inputs: [], outputs: { y: g.neg(fixed) } }));
  const [tensor] = graph.initializer;
  expect([tensor?.dims, tensor?.dataType]).toEqual([[2n, 2n], TensorProto_DataType.FLOAT]);
  expect(tensor?.rawData).toEqual(new Uint8Array(values.buffer));
});

test("a constant that views a part of a larger buffer is written as that part", () => {
  const all = Float32Array.of(1, 2, 3, 4);
  const fixed = g.constant(float32Array([2], all.subarray(1, 3)));
  const { graph } = decode(g.buildGraph({ name: "net", inputs: [], outputs: { y: g.neg(fixed) } }));
  expect(graph.initializer[0]?.rawData).toEqual(new Uint8Array(Float32Array.of(2, 3).buffer));
});

test("a node carries its type, domain, operands and attributes", () => {
  const { graph } = decode(g.buildGraph({ name: "net", inputs: [x], outputs: { y: g.silu(x) } }));
  const [node] = graph.node;
  expect([node?.opType, node?.domain, node?.input, node?.output]).toEqual([
    "QuickGelu",
    "com.microsoft",
    ["x"],
    ["y"],
  ]);
  expect(node?.attribute.map(({ name, type, f, i }) => [name, type, f, i])).toEqual([
    ["alpha", AttributeProto_AttributeType.FLOAT, 1, 0n],
  ]);
});

test("integer lists and text are attributes of their own kinds", () => {
  const y = g.pad(g.transpose(g.input("t", "float32", [2, 3]), [1, 0]), [1, 0], [0, 0], "edge");
  const { graph } = decode(
    g.buildGraph({ name: "net", inputs: y.producer.kind === "node" ? leavesOf(y) : [], outputs: { y } }),
  );
  const attributes = graph.node.flatMap(({ attribute }) => attribute);
  expect(attributes.map(({ name, ints, s }) => [name, ints, new TextDecoder().decode(s)])).toEqual([
    ["perm", [1n, 0n], ""],
    ["mode", [], "edge"],
  ]);
});

/** The graph input behind a tensor whose nodes have one each. */
function leavesOf(tensor: g.Tensor): g.Tensor[] {
  const { producer } = tensor;
  return producer.kind === "node" && producer.inputs[0] ? leavesOf(producer.inputs[0]) : [tensor];
}

test("an absent operand is an empty name", () => {
  const image = g.input("image", "float32", [1, 1, 2, 2]);
  const graph = g.buildGraph({ name: "net", inputs: [image], outputs: { y: g.upsampleNearest(image, 2) } });
  expect(decode(graph).graph.node[0]?.input).toEqual(["image", "", expect.stringMatching(/^c\d+$/)]);
});

test("an output that is an input, a constant or a second name of a node is a copy of it", async () => {
  const fixed = g.constant(int64Array([2], [5, 6]));
  const negative = g.neg(x);
  const graph = g.buildGraph({
    name: "net",
    inputs: [x],
    outputs: { same: x, fixed, first: negative, second: negative },
  });
  const { node } = decode(graph).graph;
  expect(node.map(({ opType, output }) => [opType, output])).toEqual([
    ["Neg", ["first"]],
    ["Identity", ["same"]],
    ["Identity", ["fixed"]],
    ["Identity", ["second"]],
  ]);
  const feed = reference([1, 3], [1, 2, 3]);
  const results = await runOnce(nodeBackend({ threads: 1 }), graph, { x: feed });
  const flipped = hostArray(reference([1, 3], [-1, -2, -3]));
  expect(results).toEqual({
    same: hostArray(feed),
    fixed: int64Array([2], [5, 6]),
    first: flipped,
    second: flipped,
  });
});

test("generated names keep clear of the caller's", () => {
  const inputs = ["t0", "c1", "t2"].map((name) => g.input(name, "float32", [2]));
  const [a = x, b = x, c = x] = inputs;
  const sum = g.add(g.add(g.mul(a, g.scalar(2)), b), g.mul(c, g.scalar(3)));
  const graph = g.buildGraph({ name: "net", inputs, outputs: { t1: g.neg(sum), c0: sum, t3: g.exp(sum) } });
  const names = definedNames(graph);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(["t0", "c1", "t2", "t1", "c0", "t3"]));
});

test("nodes come after those whose results they take", () => {
  let y = x;
  for (let i = 0; i < 10; i++) y = g.add(g.sin(y), x);
  const { input, initializer, node } = decode(
    g.buildGraph({ name: "net", inputs: [x], outputs: { y } }),
  ).graph;
  const known = new Set([...input, ...initializer].map(({ name }) => name));
  for (const { input: operands, output } of node) {
    for (const name of operands) expect(known).toContain(name);
    for (const name of output) known.add(name);
  }
  expect(node.length).toBe(20);
});

test("a composite operator reaches the file as operators of ONNX", () => {
  const image = g.input("image", "float32", [1, 2, 3, 3]);
  const scale = g.constant(float32Array([2], [1, 1]));
  const y = g.groupNorm(image, scale, scale, { groups: 1 });
  const { node } = decode(g.buildGraph({ name: "net", inputs: [image], outputs: { y } })).graph;
  expect(node.map(({ opType }) => opType).filter((type) => type?.includes("."))).toEqual([]);
  expect(node.map(({ opType }) => opType)).toContain("LayerNormalization");
});

test("one graph gives the same bytes every time", () => {
  const graph = g.buildGraph({ name: "net", inputs: [x], outputs: { y: g.silu(g.add(x, g.scalar(1))) } });
  expect(encodeModel(graph)).toEqual(encodeModel(graph));
});
