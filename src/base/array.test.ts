import { expect, test } from "vitest";
import { float32Array, int64Array, ndArray } from "./array.ts";

test("an array has as many values as its shape says", () => {
  const data = new Float32Array(6);
  expect(ndArray("float32", [2, 3], data)).toEqual({ dtype: "float32", shape: [2, 3], data });
  expect(() => ndArray("float32", [2, 2], data)).toThrow(
    "ndArray: expected 4 values for float32[2, 2], got 6.",
  );
});

test("float32 values are taken as they are where they can be", () => {
  const data = Float32Array.of(1, 2);
  expect(float32Array([2], data).data).toBe(data);
  expect(float32Array([2], [1, 0.1]).data).toEqual(Float32Array.of(1, 0.1));
});

test("int64 values come from integers", () => {
  expect(int64Array([2], [-1, 5]).data).toEqual(BigInt64Array.of(-1n, 5n));
  expect(() => int64Array([3], [1])).toThrow("ndArray: expected 3 values for int64[3], got 1.");
});
