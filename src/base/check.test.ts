import { expect, test } from "vitest";
import {
  assertNever,
  checkChoice,
  checkInteger,
  checkNumber,
  describe,
  formatNumber,
  invariant,
  nearest,
} from "./check.ts";
import { OptionError, RadarError } from "./errors.ts";

test("checkInteger names the option, the range and what came", () => {
  expect(() => checkInteger("steps", 0, { minimum: 1 })).toThrow("steps: expected an integer >= 1, got 0.");
  expect(() => checkInteger("steps", 9, { minimum: 1, maximum: 8 })).toThrow(
    "steps: expected an integer >= 1 and <= 8, got 9.",
  );
  expect(() => checkInteger("steps", 1.5)).toThrow("steps: expected an integer, got 1.5.");
  expect(() => checkInteger("steps", "3")).toThrow('steps: expected an integer, got "3" (string).');
  expect(() => checkInteger("steps", Number.NaN)).toThrow(OptionError);
});

test("checkInteger takes both ends of its range", () => {
  expect(checkInteger("steps", 1, { minimum: 1, maximum: 8 })).toBeUndefined();
  expect(checkInteger("steps", 8, { minimum: 1, maximum: 8 })).toBeUndefined();
});

test("checkNumber tells open ends from closed ones", () => {
  expect(checkNumber("rate", 0, { minimum: 0, below: 1 })).toBeUndefined();
  expect(() => checkNumber("rate", 1, { minimum: 0, below: 1 })).toThrow(
    "rate: expected a finite number >= 0 and < 1, got 1.",
  );
  expect(() => checkNumber("rate", 0, { above: 0, maximum: 1 })).toThrow(
    "rate: expected a finite number > 0 and <= 1, got 0.",
  );
  expect(() => checkNumber("rate", Infinity)).toThrow("rate: expected a finite number, got Infinity.");
  expect(() => checkNumber("rate", undefined)).toThrow("rate: expected a finite number, got undefined.");
});

test("checkChoice lists the choices and offers the nearest", () => {
  const devices = ["cpu", "webgpu", "cuda"] as const;
  expect(checkChoice("device", "cuda", devices)).toBeUndefined();
  expect(() => checkChoice("device", "wegpu", devices)).toThrow(
    'device: expected one of "cpu", "webgpu", "cuda", got "wegpu" (string). Did you mean "webgpu"?',
  );
  expect(() => checkChoice("device", 3, devices)).toThrow(
    'device: expected one of "cpu", "webgpu", "cuda", got 3.',
  );
});

test("nearest takes case for nothing and finds nothing far away", () => {
  expect(nearest("LINEAR", ["linear", "cosine"])).toBe("linear");
  expect(nearest("sigmoid", ["linear", "cosine"])).toBeUndefined();
});

test("numbers are described with six digits", () => {
  expect(formatNumber(1 / 3)).toBe("0.333333");
  expect(formatNumber(-Infinity)).toBe("-Infinity");
});

test("values are described by what they are", () => {
  expect([1 / 3, "a", null, undefined, [1, "b"], {}, true].map(describe)).toEqual([
    "0.333333",
    '"a" (string)',
    "null",
    "undefined",
    '[1, "b" (string)]',
    "object",
    "boolean",
  ]);
});

test("invariant and assertNever speak of a fault of ours", () => {
  expect(invariant(true, "all is well")).toBeUndefined();
  expect(() => invariant(false, "lost a node")).toThrow("internal: lost a node. Please report this.");
  const unexpected = "x" as never;
  expect(() => assertNever(unexpected, "schedule")).toThrow(
    new RadarError("E_INTERNAL", 'schedule: internal: unexpected value "x" (string). Please report this.'),
  );
});

test("nearest prefers a choice that has the word to one that is spelt like it", () => {
  expect(nearest("size", ["noise", "image-size", "patch-size"])).toBe("image-size");
  expect(nearest("Size", ["noise", "imageSize"])).toBe("imageSize");
  expect(nearest("nois", ["noise", "image-size"])).toBe("noise");
});
