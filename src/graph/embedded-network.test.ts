import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { floats, handModel } from "../../test/support/onnx-model.ts";
import { runOnce } from "../../test/support/run-graph.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import * as g from "./index.ts";

/** Of the input x: its double, and two more than that. Its names are those that a graph of ours gives to tensors. */
function network(opset = 18): g.EmbeddedNetwork {
  const model = handModel({
    opset,
    nodes: [
      { op: "Mul", inputs: ["x", "t1"], outputs: ["t0"] },
      { op: "Add", inputs: ["t0", "t1"], outputs: ["n2"] },
    ],
    weights: [floats("t1", [1], [2])],
    input: ["N", 2],
    outputs: ["t0", "n2"],
  });
  const type = { dtype: "float32", shape: ["N", 2] } as const;
  return { model, input: "x", outputs: ["t0", "n2"].map((name) => ({ name, type })) };
}

const given: g.Tensor = g.input("t0", "float32", ["N", 2]);
const feeds = { t0: { dtype: "float32", shape: [1, 2], data: Float64Array.of(1, -3) } } as const;

test("is run by a runtime as part of the graph, twice over and beside equal names", async () => {
  const [double = given, more = given] = g.embedNetwork(g.neg(given), network());
  const [again = given] = g.embedNetwork(more, network());
  const outputs = { t1: double, more: g.add(more, g.scalar(1)), again };
  const graph = g.buildGraph({ name: "both", inputs: [given], outputs });
  const results = await runOnce(nodeBackend({ threads: 1 }), graph, feeds);
  expect(Object.values(results).map(({ data }) => Array.from(data, Number))).toEqual([
    [-2, 6],
    [1, 9],
    [0, 16],
  ]);
});

test("raises the operator set of the file to its own", () => {
  const versionOf = (opset: number) => {
    const [y = given] = g.embedNetwork(given, network(opset));
    const bytes = encodeModel(g.buildGraph({ name: "net", inputs: [given], outputs: { y } }));
    return fromBinary(ModelProtoSchema, bytes).opsetImport[0]?.version;
  };
  expect([18, 21].map(versionOf)).toEqual([18n, 21n]);
});

test("has no meaning without a runtime, no gradient, and takes float32 only", () => {
  const [y = given] = g.embedNetwork(given, network());
  const graph = g.buildGraph({ name: "net", inputs: [given], outputs: { y } });
  expect(() => evaluateGraph(graph, feeds)).toThrow("expected a runtime to run a network from elsewhere");
  const fixed = g.input("fixed", "float32", [1, 2]);
  const type = { dtype: "float32", shape: [1, 2] } as const;
  const [z = fixed] = g.embedNetwork(fixed, { ...network(), outputs: [{ name: "t0", type }] });
  expect(() => g.gradient(g.reduceSum(z, { keepDims: false }), [fixed])).toThrow(
    expect.objectContaining({ code: "E_NO_GRADIENT" }),
  );
  expect(() => g.embedNetwork(g.cast(given, "int64"), network())).toThrow(
    "embedNetwork: expected a float32 input, got int64[N, 2].",
  );
});
