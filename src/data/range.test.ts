import { expect, test } from "vitest";
import { modelRangeOfByte, toModelRange } from "./range.ts";

test("bytes span -1 to 1", () => {
  expect([toModelRange(0), toModelRange(127.5), toModelRange(255)]).toEqual([-1, 0, 1]);
});

test("the table holds the float32 of each byte", () => {
  expect(modelRangeOfByte).toHaveLength(256);
  expect(modelRangeOfByte.every((value, byte) => value === Math.fround(toModelRange(byte)))).toBe(true);
});
