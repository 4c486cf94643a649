/** Every gradient rule against central finite differences: the whole Jacobian, in float64. */
import { describe, expect, test } from "vitest";
import { buildGraph, gradient, mul, reduceSum, scalar, type Tensor } from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import { evaluateGraph } from "../../src/runtime/reference.ts";
import {
  type BuiltCase,
  buildCase,
  drawFeeds,
  forwardGraph,
  gradientGraph,
} from "../support/op-case-graph.ts";
import { reference } from "../support/run-graph.ts";
import { expectWithin } from "../support/tolerances.ts";
import { opCases } from "./op-cases.ts";

/** Half the distance of the two points of a difference: truncation (~h²) and rounding (~1e-16 / h) are then about equal. */
const h = 1e-5;

type Feeds = Readonly<Record<string, Reference>>;

/** ∂y_j/∂x_i by differences, one array per parameter: [size of x, size of y]. */
function numericJacobians(built: BuiltCase, feeds: Feeds): number[][] {
  const graph = forwardGraph(built);
  const valueAt = (name: string, place: number, shift: number): Float64Array => {
    const x = feeds[name] ?? expect.fail(`no feed ${name}`);
    const shifted = reference(x.shape, x.data);
    shifted.data[place] = (x.data[place] ?? 0) + shift;
    return evaluateGraph(graph, { ...feeds, [name]: shifted }).y?.data ?? expect.fail("no output");
  };
  return built.parameters.map((parameter) => {
    const name = nameOf(parameter);
    return Array.from(feeds[name]?.data ?? [], (_, place) => {
      const [above, below] = [valueAt(name, place, h), valueAt(name, place, -h)];
      return Array.from(above, (value, j) => (value - (below[j] ?? 0)) / (2 * h));
    }).flat();
  });
}

/** The same by one reverse pass a value of y. */
function symbolicJacobians(built: BuiltCase, feeds: Feeds): number[][] {
  const graph = gradientGraph(built);
  const { shape, data } = feeds.cotangent ?? expect.fail("no cotangent");
  const rows = Array.from(data, (_, j) => {
    const unit = reference(shape, new Float64Array(data.length).fill(1, j, j + 1));
    return evaluateGraph(graph, { ...feeds, cotangent: unit });
  });
  return built.parameters.map((parameter, i) =>
    Array.from(feeds[nameOf(parameter)]?.data ?? [], (_, place) =>
      rows.map((row) => row[`g${i}`]?.data[place] ?? Number.NaN),
    ).flat(),
  );
}

function nameOf({ producer }: Tensor): string {
  return producer.kind === "input" ? producer.name : expect.fail("not an input");
}

describe("the gradient equals finite differences", () => {
  const rows = opCases.filter((row) => row.differentiable);
  test.each(rows)("of $op with $name", (row) => {
    const built = buildCase(row);
    const feeds = drawFeeds(row, built.output);
    const [numeric, symbolic] = [numericJacobians(built, feeds), symbolicJacobians(built, feeds)];
    expect(symbolic.length).toBe(built.parameters.length);
    for (const [i, expected] of numeric.entries()) {
      expect(expected.some((value) => value !== 0)).toBe(true);
      expectWithin("gradient rules, finite differences", symbolic[i] ?? [], expected);
    }
  });
});

describe("the gradient is refused", () => {
  const rows = opCases.filter((row) => !row.differentiable);
  test.each(rows)("of $op with $name", (row) => {
    const { operands, output } = buildCase(row);
    const loss = reduceSum(output, { keepDims: false });
    expect(() => gradient(loss, operands.slice(0, 1))).toThrow(/^(gradient|slice|pad|conv2d): expected /);
  });
});

test("the gradient with respect to a computed tensor stops there", () => {
  const row = opCases.find(({ op }) => op === "exp") ?? expect.fail("no exp");
  const { operands, output } = buildCase(row);
  const loss = reduceSum(mul(mul(output, output), scalar(0.5)), { keepDims: false });
  const [slope] = gradient(loss, [output]);
  const graph = buildGraph({
    name: "computed",
    inputs: operands,
    outputs: { y: output, slope: slope ?? expect.fail("no gradient") },
  });
  const { y, slope: result } = evaluateGraph(graph, drawFeeds(row, output));
  expect(result?.data).toEqual(y?.data);
});
