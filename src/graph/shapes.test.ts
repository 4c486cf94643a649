/** What shapes the operators give, run-time extents included. */
import { expect, test } from "vitest";
import * as g from "./index.ts";

/** A float32 tensor of that shape. */
function x(...shape: (number | string)[]): g.Tensor {
  return g.input("x", "float32", shape);
}

test("a run-time batch goes through a network", () => {
  const image = x("N", 3, 8, 8);
  const features = g.conv2d(image, x(4, 3, 3, 3), { stride: 2, padding: 1 });
  expect(features.shape).toEqual(["N", 4, 4, 4]);
  expect(g.groupNorm(features, x(4), x(4), { groups: 2 }).shape).toEqual(["N", 4, 4, 4]);
  expect(g.upsampleNearest(features, 2).shape).toEqual(["N", 4, 8, 8]);
  expect(g.reshape(features, ["N", 64]).shape).toEqual(["N", 64]);
  expect(g.matmul(g.reshape(features, ["N", 4, 16]), x(16, 2)).shape).toEqual(["N", 4, 2]);
  expect(g.reduceMean(features, { axes: [1, 2, 3], keepDims: false }).shape).toEqual(["N"]);
  expect(g.concat([features, features], 1).shape).toEqual(["N", 8, 4, 4]);
  expect(g.pad(features, [0, 0, 1, 1], [0, 0, 1, 1]).shape).toEqual(["N", 4, 6, 6]);
  expect(g.add(features, x(1, 1, 4)).shape).toEqual(["N", 4, 4, 4]);
});

test("images of any size are resized to a fixed one", () => {
  expect(g.resizeLinear(x("N", 3, "H", "W"), 32, 48).shape).toEqual(["N", 3, 32, 48]);
});

test("operations that change nothing add no node", () => {
  const tensor = x(2, 3);
  expect(g.reshape(tensor, [2, 3])).toBe(tensor);
  expect(g.concat([tensor], 0)).toBe(tensor);
  expect(g.pad(tensor, [0, 0], [0, 0])).toBe(tensor);
  expect(g.reduceSum(x(), { axes: [] }).producer.kind).toBe("input");
  const image = x(1, 1, 4, 4);
  expect(g.resizeLinear(image, 4, 4)).toBe(image);
});

test("slices clamp like NumPy's", () => {
  const extent = (start: number, end: number, step = 1) =>
    g.slice(x(5), { axis: 0, start, end, step }).shape[0];
  expect([extent(1, 4), extent(-2, 99), extent(3, 1), extent(0, 5, 2), extent(-1, -99, -2)]).toEqual([
    3, 2, 0, 3, 3,
  ]);
});

test("comparisons give bool, casts what they are asked for", () => {
  expect(g.greater(x(2), x(2)).dtype).toBe("bool");
  expect(g.formatType(g.cast(x(2, "N"), "int64"))).toBe("int64[2, N]");
});
