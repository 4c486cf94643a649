import { expect, test } from "vitest";
import * as errors from "./errors.ts";
import { errorFrom, plainError } from "./plain-error.ts";

const { DataError, RadarError, ShapeError, GraphError, TrainingError } = errors;
const { OptionError, OnnxFormatError, BackendError, FileError, AbortError } = errors;

const cases: Error[] = [
  new RadarError("E_DISPOSED", "a"),
  new DataError("E_IMAGE", "b"),
  new ShapeError("E_DTYPE", "c"),
  new GraphError("E_GRAPH", "d"),
  new TrainingError("E_DIVERGED", "e"),
  new OptionError("f", { cause: new FileError("g", { cause: new Error("h") }) }),
  new OnnxFormatError("i"),
  new BackendError("j"),
  new AbortError("k"),
  new Error("l"),
];

test.each(cases)("%s is itself after it was sent, with class, code, stack and causes", (error) => {
  const received = errorFrom(structuredClone(plainError(error)));
  expect(received).toEqual(error);
  expect(received.constructor).toBe(error.constructor);
  expect(received.stack).toBe(error.stack);
  expect(received.cause).toEqual(error.cause);
});

test("another cause can be given, and what is no error becomes one", () => {
  expect(errorFrom(plainError(new AbortError("a")), "enough").cause).toBe("enough");
  expect(errorFrom(plainError("text"))).toEqual(new Error("text"));
});
