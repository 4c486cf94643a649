import { expect, test } from "vitest";
import type { PreparedMethod } from "./method.ts";
import { prepareMethod, type TrainingOptions } from "./methods.ts";

function prepare(options: TrainingOptions): PreparedMethod {
  return prepareMethod({ preset: "fast", ...options }, 64);
}

test.each<[TrainingOptions["method"], object]>([
  ["ddpm", { noiseSteps: 250, calls: 250, eta: 1, noise: "gaussian", condition: 0 }],
  ["ddim", { noiseSteps: 50, calls: 10, eta: 0, noise: "gaussian", condition: 0 }],
  ["one-step", { noiseSteps: 50, calls: 1, eta: 0, noise: "gaussian", condition: 0 }],
])("what %s does by default goes into the model file", (method, chain) => {
  const prepared = prepare({ method });
  expect([prepared.method, prepared.scoring]).toEqual([method, "residual"]);
  expect(prepared.settings).toMatchObject(chain);
});

test("options change it", () => {
  const chain = { calls: 50, noise: "simplex", condition: 2.5 } as const;
  expect(prepare({ method: "ddim", ...chain }).settings).toMatchObject(chain);
});

test("size, patches and network are those of RADAR", () => {
  const options = { imageSize: 64, patchSize: 32, batchSize: 4, length: { steps: 9 } };
  const radar = prepare(options);
  const { scoring, ...own } = radar.options as typeof radar.options & { scoring: string };
  expect(scoring).toBe("combined");
  expect(prepare({ method: "ddim", ...options }).options).toMatchObject(own);
});

test.each<[string, TrainingOptions, string]>([
  ["no call", { method: "ddim", calls: 0 }, "calls: expected an integer >= 1 and <= 50, got 0."],
  [
    "more calls than steps of noise",
    { method: "ddpm", calls: 251 },
    "calls: expected an integer >= 1 and <= 250, got 251.",
  ],
  ["an unknown noise", { method: "ddpm", noise: "pink" as never }, "noise: expected"],
  [
    "a negative weight",
    { method: "ddim", condition: -1 },
    "condition: expected a finite number >= 0, got -1.",
  ],
  [
    "a scoring",
    { method: "ddim", scoring: "paper" },
    'scoring: expected none, since ddim reads its maps in one way only, got "paper" (string). Leave it out.',
  ],
  [
    "calls of a method that makes one",
    { method: "one-step", calls: 2 },
    "calls: expected none with the method one-step, got 2. It is for ddpm, ddim; leave it out.",
  ],
  [
    "noise of a method that adds none",
    { noise: "simplex" },
    'noise: expected none with the method radar, got "simplex" (string). It is for ddpm, ddim, one-step; leave it out.',
  ],
  [
    "a condition of a method that has none",
    { method: "ddpm", condition: 1 },
    "condition: expected none with the method ddpm, got 1. It is for ddim; leave it out.",
  ],
])("%s is refused", (_, options, message) => {
  expect(() => prepare(options)).toThrow(expect.objectContaining({ code: "E_OPTION" }));
  expect(() => prepare(options)).toThrow(message);
});
