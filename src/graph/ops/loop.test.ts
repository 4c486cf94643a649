import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { decodeModel, encodeModel } from "../../onnx/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import * as g from "../index.ts";

const backend = nodeBackend({ threads: 1 });
const x: g.Tensor = g.input("x", "float32", ["N", 2]);

/** sum ← sum + power, power ← power / 2: the geometric series. */
function series(first: g.Tensor, turns: number): readonly g.Tensor[] {
  return g.loop(turns, [g.sub(first, first), first], (_, [sum = first, power = first]) => [
    g.add(sum, power),
    g.mul(power, g.scalar(0.5)),
  ]);
}

/** Entries of a table by the number of the turn, added up: Σ table[turn]. */
function tableSum(zero: g.Tensor, table: readonly number[]): g.Tensor {
  const entries = g.constant({
    dtype: "float32",
    shape: [table.length],
    data: Float32Array.from(table),
  });
  const [sum = zero] = g.loop(table.length, [zero], (turn, [before = zero]) => [
    g.add(before, g.gather(entries, turn)),
  ]);
  return sum;
}

test.each([
  [0, 0],
  [1, 1],
  [3, 1.75],
  [10, 2 - 2 ** -9],
])("%i terms of the geometric series 1 + 1/2 + ... are %f", async (turns, expected) => {
  const [sum = x] = series(x, turns);
  const graph = g.buildGraph({ name: "series", inputs: [x], outputs: { sum } });
  const feeds = { x: reference([2, 2], [1, 4, 2, 0]) };
  const values = [expected, 4 * expected, 2 * expected, 0];
  expect(evaluateGraph(graph, feeds).sum?.data).toEqual(Float64Array.from(values));
  expect((await runOnce(backend, graph, feeds)).sum?.data).toEqual(Float32Array.from(values));
});

test("all carried values come out, and the number of rows is known at run time only", async () => {
  const [sum = x, power = x] = series(x, 4);
  expect([sum.shape, power.shape]).toEqual([
    ["N", 2],
    ["N", 2],
  ]);
  const graph = g.buildGraph({ name: "series", inputs: [x], outputs: { sum, power } });
  for (const rows of [1, 3]) {
    const results = await runOnce(backend, graph, { x: reference([rows, 2], new Array(2 * rows).fill(16)) });
    expect(results.sum?.data).toEqual(new Float32Array(2 * rows).fill(30));
    expect(results.power?.data).toEqual(new Float32Array(2 * rows).fill(1));
  }
});

test("the body knows which turn it is", async () => {
  const start = g.input("start", "float32", []);
  const graph = g.buildGraph({
    name: "table",
    inputs: [start],
    outputs: { sum: tableSum(start, [1, 20, 300]) },
  });
  const feeds = { start: reference([], [4000]) };
  expect(evaluateGraph(graph, feeds).sum?.data).toEqual(Float64Array.of(4321));
  expect((await runOnce(backend, graph, feeds)).sum?.data).toEqual(Float32Array.of(4321));
});

test("loops within loops, two in a row and tensors of the caller's names keep their names apart", async () => {
  const start = g.input("b0", "float32", []);
  const nested = (from: g.Tensor) =>
    g.loop(2, [from], (_, [value = from]) => [g.mul(tableSum(value, [1, 2]), g.scalar(2))])[0] ?? from;
  const graph = g.buildGraph({
    name: "nested",
    inputs: [start],
    outputs: { b1: nested(nested(start)), t2: g.neg(start) },
  });
  const names = definedNames(graph);
  expect(new Set(names).size).toBe(names.length);
  const feeds = { b0: reference([], [1]) };
  const once = (value: number) => 2 * (2 * (value + 3) + 3);
  expect(evaluateGraph(graph, feeds).b1?.data).toEqual(Float64Array.of(once(once(1))));
  expect((await runOnce(backend, graph, feeds)).b1?.data).toEqual(Float32Array.of(once(once(1))));
});

/** Every name that the model defines, in bodies too. */
function definedNames(graph: g.Graph): string[] {
  const namesIn = ({ input, initializer, node }: GraphProto): string[] => [
    ...[...input, ...initializer].map(({ name }) => name),
    ...node.flatMap(({ output, attribute }) => [
      ...output,
      ...attribute.flatMap(({ g: body }) => (body ? namesIn(body) : [])),
    ]),
  ];
  const { graph: encoded } = fromBinary(ModelProtoSchema, encodeModel(graph));
  return namesIn(encoded ?? expect.fail("no graph"));
}

test("composite operators in a body reach the file as operators of ONNX, and the summary counts them once", async () => {
  const image = g.input("image", "float32", ["N", 2, 2, 2]);
  const ones = g.constant({ dtype: "float32", shape: [2], data: Float32Array.of(1, 1) });
  const [y = image] = g.loop(3, [image], (_, [value = image]) => [
    g.groupNorm(value, ones, ones, { groups: 1 }),
  ]);
  const graph = g.buildGraph({ name: "net", inputs: [image], outputs: { y: g.neg(y) } });
  const { operators } = decodeModel(encodeModel(graph));
  expect(operators).toMatchObject({ Loop: 1, LayerNormalization: 1, Neg: 1 });
  expect(Object.keys(operators).filter((type) => type.includes("."))).toEqual([]);
  const feeds = { image: reference([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 9]) };
  const { y: result } = await runOnce(backend, graph, feeds);
  const expected = evaluateGraph(graph, feeds).y?.data ?? [];
  Array.from(expected).forEach((value, i) => {
    expect(Number(result?.data[i])).toBeCloseTo(value, 5);
  });
});

test("there is no gradient through a loop", () => {
  const start = g.input("start", "float32", []);
  expect(() => g.gradient(tableSum(start, [1]), [start])).toThrow(
    expect.objectContaining({
      code: "E_NO_GRADIENT",
      message: "gradient: expected operators with a gradient, got Loop, which has none.",
    }),
  );
});

test("a body that changes a type, gives too few values or uses an input from around it is refused", () => {
  expect(() => g.loop(2, [x], (_, [value = x]) => [g.reshape(value, [2, "N"])])).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message:
        "loop: expected the body to give carried value 0 as it takes it, float32[N, 2], got float32[2, N].",
    }),
  );
  expect(() => g.loop(2, [x], (_, [value = x]) => [g.cast(value, "int64")])).toThrow(
    expect.objectContaining({ code: "E_DTYPE" }),
  );
  expect(() => g.loop(2, [x], () => [])).toThrow(
    "loop: expected the body to give 1 values, as many as are carried, got 0.",
  );
  expect(() => g.loop(2, [x], (_, [value = x]) => [g.add(value, x)])).toThrow(
    expect.objectContaining({ code: "E_GRAPH" }),
  );
});
