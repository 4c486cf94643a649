/** Moving values all at once is moving them one by one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { reference } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { topologicalOrder } from "./graph.ts";
import * as g from "./index.ts";
import { gatherMoves, joinMoves } from "./moves.ts";
import type { Reference } from "./reference-array.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

/** How a tensor is moved: flipped along some axes, and its axes reordered, or neither. */
const manners = fc.constantFrom("as it is", "flipped", "transposed", "flipped and transposed", "doubled");

interface Move {
  readonly shape: readonly number[];
  readonly manner: string;
}

const moves = fc.array(fc.record({ shape: shapes, manner: manners }), { minLength: 1, maxLength: 12 });

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function moved(x: g.Tensor, manner: string): g.Tensor {
  const axes = [...x.shape.keys()];
  if (manner === "doubled") return g.concat([x, x], 0);
  const turned = manner.includes("flipped") ? g.flip(x, axes) : x;
  return manner.includes("transposed") ? g.transpose(turned, axes.reverse()) : turned;
}

/** Pieces of a vector, one after another, each moved. */
function piecesOf(x: g.Tensor, plan: readonly Move[]): g.Tensor[] {
  let end = 0;
  return plan.map(({ shape, manner }) => {
    const start = end;
    end += sizeOf(shape);
    return moved(g.reshape(g.slice(x, { axis: 0, start, end }), shape), manner);
  });
}

function evaluate(
  inputs: readonly g.Tensor[],
  outputs: readonly g.Tensor[],
  feeds: Record<string, Reference>,
): Reference[] {
  const named = Object.fromEntries(outputs.map((tensor, i) => [`y${i}`, tensor] as const));
  const results = evaluateGraph(g.buildGraph({ name: "moves", inputs, outputs: named }), feeds);
  return outputs.map((_, i) => results[`y${i}`] ?? expect.fail("no output"));
}

/** Types of the operators behind tensors. */
function operators(...outputs: readonly g.Tensor[]): string[] {
  return topologicalOrder(outputs).nodes.map(({ op }) => op.type);
}

function normals(shape: readonly number[], seed: number): Reference {
  return reference(shape, new Random(seed).normals(sizeOf(shape)));
}

test("pieces of a vector, turned or not, are the same when they are cut out together", () => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 0, max: 3 }), (plan, behind) => {
      const size = plan.reduce((sum, { shape }) => sum + sizeOf(shape), behind);
      const x = g.input("x", "float32", [size]);
      const outputs = piecesOf(x, plan).flatMap((piece) => [piece, g.mul(piece, g.scalar(2))]);
      const feeds = { x: normals([size], size) };
      const gathered = gatherMoves(outputs, x);
      expect(gathered.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
      expect(evaluate([x], gathered, feeds)).toEqual(evaluate([x], outputs, feeds));
    }),
  );
});

test("joining moved tensors and sums is joining their values", () => {
  const inputs = fc.array(fc.record({ shape: shapes, manner: manners, isSum: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(inputs, (plan) => {
      const fed = plan.map(({ shape }, i) => g.input(`x${i}`, "float32", [2, ...shape]));
      const feeds = Object.fromEntries(plan.map(({ shape }, i) => [`x${i}`, normals([2, ...shape], i)]));
      const tensors = fed.map((x, i) => {
        const { isSum = false, manner = "" } = plan[i] ?? {};
        return moved(isSum ? g.reduceSum(x, { axes: [0], keepDims: false }) : x, manner);
      });
      const [joined] = evaluate(fed, [joinMoves(tensors)], feeds);
      const values = evaluate(fed, tensors, feeds).flatMap(({ data }) => [...data]);
      expect([...(joined?.data ?? [])]).toEqual(values);
    }),
  );
});

test("a gradient that is part of another is taken from where it is", () => {
  const x = g.input("x", "float32", [2, 3]);
  const squares = g.mul(x, x);
  const parts = [1, 0].map((start) => g.slice(squares, { axis: 0, start, end: start + 1 }));
  const joined = joinMoves(parts);
  expect(operators(joined)).toEqual(["Mul", "Reshape", "Reshape", "Gather", "Reshape"]);
  const feeds = { x: reference([2, 3], [1, 2, 3, 4, 5, 6]) };
  expect(evaluate([x], [joined], feeds)[0]?.data).toEqual(Float64Array.of(16, 25, 36, 1, 4, 9));
});

test("kernels of as many channels are reshaped together and turned together", () => {
  const x = g.input("x", "float32", [16 * 4 * 9]);
  const kernels = [0, 1, 2, 3].map((i) =>
    g.reshape(g.slice(x, { axis: 0, start: 144 * i, end: 144 * (i + 1) }), [4, 4, 3, 3]),
  );
  const turned = kernels.map((kernel) => g.transpose(g.flip(kernel, [2, 3]), [1, 0, 2, 3]));
  const gathered = gatherMoves([...kernels, ...turned], x);
  expect(operators(...kernels, ...turned).length).toBe(16);
  const cut = ["Slice", "Slice", "Slice", "Slice"];
  expect(operators(...gathered)).toEqual(["Reshape", ...cut, "GatherElements", "Reshape", ...cut]);
});

test("what is moved twice alike is moved once", () => {
  const x = g.input("x", "float32", [6]);
  const outputs = [0, 1].map(() => g.neg(g.transpose(g.reshape(x, [2, 3]), [1, 0])));
  expect(operators(...gatherMoves(outputs, x))).toEqual(["GatherElements", "Reshape", "Neg", "Neg"]);
});

test("small sums over a batch are one sum, large ones stay", () => {
  const sums = (extent: number) =>
    [0, 1].map((i) =>
      g.reduceSum(g.input(`x${i}`, "float32", [2, extent, 3]), { axes: [0], keepDims: false }),
    );
  expect(operators(joinMoves(sums(4)))).toEqual(["Concat", "ReduceSum", "Reshape"]);
  expect(operators(joinMoves(sums(4000)))).toEqual(["ReduceSum", "ReduceSum", "Concat", "Reshape"]);
});

test("moving what is no part of the vector is left as it is", () => {
  const x = g.input("x", "float32", [4]);
  const counts = g.cast(g.reshape(g.int64s([5, 6]), [1, 2]), "float32");
  const y = g.add(g.slice(x, { axis: 0, start: 2, end: 4 }), counts);
  const [sum] = evaluate([x], gatherMoves([y], x), { x: reference([4], [1, 2, 3, 4]) });
  expect(sum?.data).toEqual(Float64Array.of(8, 10));
});

test("scalars are joined too", () => {
  const scalars = ["a", "b"].map((name) => g.input(name, "float32", []));
  const [joined] = evaluate(scalars, [joinMoves(scalars)], { a: reference([], [3]), b: reference([], [4]) });
  expect(joined).toEqual(reference([2], [3, 4]));
});
