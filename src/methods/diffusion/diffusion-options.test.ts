import { expect, test } from "vitest";
import type { PreparedMethod } from "../method.ts";
import { prepareMethod, type TrainingOptions } from "../methods.ts";

function prepare(options: TrainingOptions): PreparedMethod {
  return prepareMethod({ preset: "fast", ...options }, 64);
}

test.each<[TrainingOptions["method"], object]>([
  ["ddpm", { noiseSteps: 250, calls: 250, eta: 1, noise: "gaussian", condition: 0 }],
  ["ddim", { noiseSteps: 2, calls: 2, eta: 0, noise: "gaussian", condition: 0 }],
  ["one-step", { noiseSteps: 2, calls: 1, eta: 0, noise: "gaussian", condition: 0 }],
])("what %s does by default goes into the model file", (method, chain) => {
  const prepared = prepare({ method });
  expect([prepared.method, prepared.scoring]).toEqual([method, "residual"]);
  expect(prepared.settings).toMatchObject(chain);
});

test("options change it", () => {
  const chain = { calls: 50, noise: "simplex", condition: 2.5 } as const;
  expect(prepare({ method: "ddim", ...chain }).settings).toMatchObject(chain);
});

test("calls and steps of noise follow each other: all of them in ddpm, no more calls than steps in ddim", () => {
  expect(prepare({ method: "ddpm", noiseSteps: 40 }).settings).toMatchObject({ noiseSteps: 40, calls: 40 });
  expect(prepare({ method: "ddpm", noiseSteps: 40, calls: 8 }).settings).toMatchObject({ calls: 8 });
  expect(prepare({ method: "ddim", noiseSteps: 40 }).settings).toMatchObject({ noiseSteps: 40, calls: 10 });
  expect(prepare({ method: "ddim", calls: 50 }).settings).toMatchObject({ noiseSteps: 50, calls: 50 });
  expect(prepare({ method: "ddim", noiseSteps: 4 }).settings).toMatchObject({ noiseSteps: 4, calls: 4 });
  expect(prepare({ method: "one-step", noiseSteps: 400 }).settings).toMatchObject({
    noiseSteps: 400,
    calls: 1,
  });
});

test("size, patches and network are those of RADAR", () => {
  const options = { imageSize: 64, patchSize: 32, batchSize: 4, length: { steps: 9 } };
  const radar = prepare(options);
  const { scoring, ...own } = radar.options as typeof radar.options & { scoring: string };
  expect(scoring).toBe("combined");
  expect(prepare({ method: "ddim", ...options }).options).toMatchObject(own);
});

test.each<[string, TrainingOptions, string]>([
  ["no call", { method: "ddim", calls: 0 }, "calls: expected an integer >= 1 and <= 400, got 0."],
  [
    "more calls than steps of noise",
    { method: "ddpm", noiseSteps: 250, calls: 251 },
    "calls: expected an integer >= 1 and <= 250, got 251.",
  ],
  [
    "noise that the network has not learned",
    { method: "one-step", noiseSteps: 401 },
    "noiseSteps: expected an integer >= 1 and <= 400, got 401.",
  ],
  [
    "steps of noise of a method that adds none",
    { noiseSteps: 50 },
    "noiseSteps: expected none with the method radar, got 50. It is for ddpm, ddim, one-step; leave it out.",
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
