import { expect, test } from "vitest";
import { reference } from "../../test/support/run-graph.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import * as g from "./index.ts";

/** Values of tensors that depend on `feeds` alone. */
function valuesOf(tensors: g.Tensor[], inputs: g.Tensor[], feeds: Record<string, number[]>): number[][] {
  const outputs = Object.fromEntries(tensors.map((tensor, i) => [`out${i}`, tensor]));
  const values = evaluateGraph(
    g.buildGraph({ name: "values", inputs, outputs }),
    Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, reference([data.length], data)])),
  );
  return tensors.map((_, i) => Array.from(values[`out${i}`]?.data ?? []));
}

const x: g.Tensor = g.input("x", "float32", [2]);

test("the gradient of a sum of squares is twice the values", () => {
  const [slope] = g.gradient(g.reduceSumSquare(x, { keepDims: false }), [x]);
  expect(valuesOf([slope ?? x], [x], { x: [3, -4] })).toEqual([[6, -8]]);
});

test("paths that meet again add up", () => {
  // (x + x²)·x has the slope 2x + 3x²
  const loss = g.reduceSum(g.mul(g.add(x, g.mul(x, x)), x), { keepDims: false });
  const [slope] = g.gradient(loss, [x]);
  expect(valuesOf([slope ?? x], [x], { x: [1, 2] })).toEqual([[5, 16]]);
});

test("a stretched operand gets the sum over what it was stretched to", () => {
  const row = g.input("row", "float32", [1]);
  const [slope] = g.gradient(g.reduceSum(g.mul(x, row), { keepDims: false }), [row]);
  expect(slope?.shape).toEqual([1]);
  expect(valuesOf([slope ?? x], [x, row], { x: [3, 4], row: [9] })).toEqual([[7]]);
});

test("a tie of max and min sends the gradient to the first operand", () => {
  const y = g.input("y", "float32", [2]);
  const loss = g.reduceSum(g.add(g.max(x, y), g.mul(g.min(x, y), g.scalar(10))), { keepDims: false });
  const slopes = g.gradient(loss, [x, y]);
  expect(valuesOf(slopes, [x, y], { x: [1, 5], y: [1, 2] })).toEqual([
    [11, 1],
    [0, 10],
  ]);
});

test("the gradient of |x| at 0 is 0", () => {
  const [slope] = g.gradient(g.reduceSum(g.abs(x), { keepDims: false }), [x]);
  expect(valuesOf([slope ?? x], [x], { x: [0, -2] })).toEqual([[0, -1]]);
});

test("a gradient can be differentiated again", () => {
  // x³: 3x², then 6x
  const cube = g.mul(g.mul(x, x), x);
  const [first = x] = g.gradient(g.reduceSum(cube, { keepDims: false }), [x]);
  const [second = x] = g.gradient(g.reduceSum(first, { keepDims: false }), [x]);
  expect(valuesOf([first, second], [x], { x: [2, -1] })).toEqual([
    [12, 3],
    [12, -6],
  ]);
});

test("conditions carry no gradient and need no rule", () => {
  const chosen = g.where(g.greater(x, g.scalar(0)), g.mul(x, x), g.neg(x));
  const [slope] = g.gradient(g.reduceSum(chosen, { keepDims: false }), [x]);
  expect(valuesOf([slope ?? x], [x], { x: [3, -3] })).toEqual([[6, -1]]);
});

test("a loss is a scalar", () => {
  expect(() => g.gradient(x, [x])).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "gradient: expected a scalar loss, got shape [2]. Reduce it first.",
    }),
  );
});

test("a loss that does not depend on a parameter is refused", () => {
  const other = g.input("other", "float32", [2]);
  const loss = g.reduceSum(x, { keepDims: false });
  expect(() => g.gradient(loss, [x, other])).toThrow(
    expect.objectContaining({
      code: "E_NO_GRADIENT",
      message: "gradient: expected the loss to depend on parameter 1, got no path to it.",
    }),
  );
});

test("an operator without a rule is named", () => {
  const loss = g.reduceSum(g.floor(x), { keepDims: false });
  expect(() => g.gradient(loss, [x])).toThrow(
    expect.objectContaining({
      code: "E_NO_GRADIENT",
      message: "gradient: expected operators with a gradient, got Floor, which has none.",
    }),
  );
});

test("an operand without a gradient is named", () => {
  const image = g.input("image", "float32", [1, 2, 4, 4]);
  const kernel = g.input("kernel", "float32", [2, 1, 3, 3]);
  const loss = g.reduceSum(g.conv2d(image, kernel, { groups: 2 }), { keepDims: false });
  expect(() => g.gradient(loss, [kernel])).toThrow(
    expect.objectContaining({
      code: "E_NO_GRADIENT",
      message: "conv2d: expected groups = 1 and dilation = 1 where a gradient is needed, got 2 and 1.",
    }),
  );
});
