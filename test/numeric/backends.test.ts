/** ONNX Runtime against the float64 reference on every row of the table, forward and backward. */
import { describe, expect, test } from "vitest";
import type { NdArray } from "../../src/base/array.ts";
import type { Graph } from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { evaluateGraph } from "../../src/runtime/reference.ts";
import { buildCase, drawFeeds, forwardGraph, gradientGraph } from "../support/op-case-graph.ts";
import { runOnce } from "../support/run-graph.ts";
import { expectWithin } from "../support/tolerances.ts";
import { opCases } from "./op-cases.ts";

const backend = nodeBackend({ threads: 1 });

async function expectSameResults(graph: Graph, feeds: Record<string, Reference>): Promise<void> {
  const expected = evaluateGraph(graph, feeds);
  const wanted = Object.fromEntries(
    graph.inputs.flatMap(({ producer }) => {
      const feed = producer.kind === "input" ? feeds[producer.name] : undefined;
      return producer.kind === "input" && feed ? [[producer.name, feed]] : [];
    }),
  );
  const actual = await runOnce(backend, graph, wanted);
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [i, { name, tensor }] of graph.outputs.entries()) {
    const result: NdArray = actual[name] ?? expect.fail(`no output ${name} (${i})`);
    const reference = expected[name] ?? expect.fail(`no reference ${name}`);
    expect([result.dtype, result.shape]).toEqual([tensor.dtype, tensor.shape]);
    expect(reference.shape).toEqual(tensor.shape);
    expectWithin("operators, ONNX Runtime and reference", Array.from(result.data, Number), reference.data);
  }
}

describe("ONNX Runtime computes what the reference evaluator does", () => {
  test.each(opCases)("for $op with $name", async (row) => {
    const built = buildCase(row);
    await expectSameResults(forwardGraph(built), drawFeeds(row, built.output));
  });
});

describe("ONNX Runtime computes the gradient that the reference evaluator does", () => {
  test.each(opCases.filter((row) => row.differentiable))("for $op with $name", async (row) => {
    const built = buildCase(row);
    await expectSameResults(gradientGraph(built), drawFeeds(row, built.output));
  });
});
