import { expect, test } from "vitest";
import {
  abortSignal,
  anything,
  callback,
  checkOptions,
  finiteNumber,
  flag,
  integerFrom,
  type OptionChecks,
  oneOf,
  text,
  texts,
} from "./check-options.ts";

interface Options {
  readonly threads?: unknown;
  readonly device?: unknown;
  readonly worker?: unknown;
  readonly output?: unknown;
  readonly onProgress?: unknown;
  readonly signal?: unknown;
  readonly threshold?: unknown;
  readonly layers?: unknown;
  readonly rest?: unknown;
}

const checks: OptionChecks<Options> = {
  threads: integerFrom(1),
  device: oneOf(["cpu", "webgpu"]),
  worker: flag,
  output: text,
  onProgress: callback,
  signal: abortSignal,
  threshold: finiteNumber,
  layers: texts,
  rest: anything,
};

test("options of their kinds pass, undefined ones as if they were not there", () => {
  checkOptions("work", {}, checks);
  const all = { threads: 2, device: "cpu", worker: false, output: "a", onProgress: () => {}, threshold: -1 };
  checkOptions("work", { ...all, signal: new AbortController().signal, layers: ["a"], rest: null }, checks);
  checkOptions<Options>("work", { threads: undefined, device: undefined }, checks);
});

test.each<[unknown, string]>([
  [{ threads: 0 }, "threads: expected an integer >= 1, got 0."],
  [{ threads: null }, "threads: expected an integer >= 1, got null."],
  [{ device: "cup" }, 'device: expected one of "cpu", "webgpu", got "cup" (string). Did you mean "cpu"?'],
  [{ worker: 1 }, "worker: expected true or false, got 1."],
  [{ output: "" }, 'output: expected a text that is not empty, got "" (string).'],
  [{ onProgress: {} }, "onProgress: expected a function, got object."],
  [{ signal: {} }, "signal: expected an AbortSignal, got object."],
  [{ threshold: Number.NaN }, "threshold: expected a finite number, got NaN."],
  [{ layers: "a,b" }, 'layers: expected a list of texts, got "a,b" (string).'],
  [{ layers: ["a", 3] }, "layers[1]: expected a text that is not empty, got 3."],
  [{ theads: 2 }, 'work: expected options that it has, got "theads". Did you mean threads?'],
  [{ steps: 2 }, 'work: expected options that it has, got "steps". Use length: { steps }.'],
  [
    { zzzzzz: 2 },
    'work: expected options that it has, got "zzzzzz". There are threads, device, worker, output, onProgress, signal, threshold, layers, rest.',
  ],
  [null, "work: expected its options as one object, got null."],
  ["cpu", 'work: expected its options as one object, got "cpu" (string).'],
  [[], "work: expected its options as one object, got []."],
])("%j is refused", (given, message) => {
  const hints = { steps: "Use length: { steps }." };
  expect(() => checkOptions("work", given as Options, checks, hints)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message }),
  );
});
