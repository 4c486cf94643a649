import { expect, test } from "vitest";
import { confusionAt } from "./confusion.ts";

test("confusionAt calls a score equal to the threshold normal", () => {
  expect(confusionAt([3, 2, 1, 2], [1, 1, 0, 0], 2)).toEqual({
    tp: 1,
    fp: 0,
    tn: 2,
    fn: 1,
    accuracy: 3 / 4,
    precision: 1,
    recall: 1 / 2,
    f1: 2 / 3,
  });
});

test("confusionAt gives 0 for rates without a denominator", () => {
  const nothing = { tp: 0, fp: 0, tn: 0, fn: 0, accuracy: 0, precision: 0, recall: 0, f1: 0 };
  expect(confusionAt([], [], 0)).toEqual(nothing);
  expect(confusionAt([1], [0], Infinity)).toEqual({ ...nothing, tn: 1, accuracy: 1 });
  expect(confusionAt([1], [1], Infinity)).toEqual({ ...nothing, fn: 1 });
});

test("confusionAt at -Infinity calls everything anomalous, except -Infinity itself", () => {
  expect(confusionAt([1, -Infinity], [1, 1], -Infinity)).toMatchObject({ tp: 1, fn: 1 });
});

test("confusionAt refuses a NaN threshold, NaN scores, odd labels and unequal lengths", () => {
  expect(() => confusionAt([1], [1], Number.NaN)).toThrow(
    expect.objectContaining({
      name: "OptionError",
      code: "E_OPTION",
      message: "confusionAt: expected threshold to be a number, got NaN.",
    }),
  );
  expect(() => confusionAt([1, Number.NaN], [1, 1], 0)).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "confusionAt: expected scores to be numbers, got NaN at index 1.",
    }),
  );
  expect(() => confusionAt([1], [3], 0)).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "confusionAt: expected labels of 0 (normal) or 1 (anomalous), got 3 at index 0.",
    }),
  );
  expect(() => confusionAt([1], [1, 0], 0)).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "confusionAt: expected as many labels as scores, got 1 scores and 2 labels.",
    }),
  );
});
