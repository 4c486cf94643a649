import fc from "fast-check";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { buildGraph, input } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  addNoise,
  cosineAlphasCumprod,
  linearAlphasCumprod,
  noiseSchedule,
  noiseSchedules,
  noisingCoefficients,
} from "./index.ts";

test.each(noiseSchedules)("ᾱ of the %s schedule falls strictly within (0, 1)", (name) => {
  fc.assert(
    fc.property(fc.integer({ min: 21, max: 1500 }), (steps) => {
      const { alphasCumprod } = noiseSchedule(name, steps);
      expect(alphasCumprod.length).toBe(steps);
      expect(alphasCumprod.every((value, i) => value > 0 && value < (alphasCumprod[i - 1] ?? 1))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("the first β of the linear schedule is 10^-4 and the last 0.02", () => {
  const alphasCumprod = linearAlphasCumprod(1000);
  const last = 1 - (alphasCumprod[999] ?? 0) / (alphasCumprod[998] ?? 0);
  expectAllClose([1 - (alphasCumprod[0] ?? 0), last], [1e-4, 0.02], { rtol: 1e-11 });
});

test("ᾱ of the cosine schedule is the squared cosine until β reaches 0.999", () => {
  const alphasCumprod = cosineAlphasCumprod(100);
  const f = (t: number) => Math.cos(((t / 100 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  const exact = Array.from({ length: 99 }, (_, i) => f(i + 1) / f(0));
  expectAllClose(alphasCumprod.subarray(0, 99), exact, { rtol: 1e-12 });
  expectAllClose([(alphasCumprod[99] ?? 0) / (alphasCumprod[98] ?? 1)], [0.001], { rtol: 1e-9 });
});

test("schedules refuse lengths out of range", () => {
  expect(() => linearAlphasCumprod(20)).toThrow("T: expected an integer >= 21, got 20.");
  expect(() => cosineAlphasCumprod(0)).toThrow("T: expected an integer >= 1, got 0.");
  expect(() => cosineAlphasCumprod(10, -1)).toThrow("s: expected a finite number >= 0, got -1.");
  expect(() => noiseSchedule("linear", 2.5)).toThrow("T: expected an integer >= 21, got 2.5.");
});

test("signal and noise have squares that sum to 1", () => {
  const schedule = noiseSchedule("cosine", 50);
  for (let timestep = 0; timestep < 50; timestep++) {
    const { signal, noise } = noisingCoefficients(schedule, timestep);
    expectAllClose([signal ** 2 + noise ** 2, signal ** 2], [1, schedule.alphasCumprod[timestep] ?? 0], {
      rtol: 1e-14,
    });
  }
  expect(() => noisingCoefficients(schedule, 50)).toThrow(
    "timestep: expected an integer >= 0 and <= 49, got 50.",
  );
});

test("the graph noises each image at its own step", () => {
  const schedule = noiseSchedule("linear", 100);
  const [x0, noise] = [input("x0", "float32", [2, 1, 1, 2]), input("noise", "float32", [2, 1, 1, 2])];
  const timesteps = input("timesteps", "int64", [2]);
  const graph = buildGraph({
    name: "noising",
    inputs: [x0, noise, timesteps],
    outputs: { xt: addNoise(x0, noise, timesteps, schedule) },
  });
  const { xt } = evaluateGraph(graph, {
    x0: reference([2, 1, 1, 2], [1, -1, 0.5, 0]),
    noise: reference([2, 1, 1, 2], [2, 0, 0, 3]),
    timesteps: reference([2], [0, 99], "int64"),
  });
  const [early, late] = [noisingCoefficients(schedule, 0), noisingCoefficients(schedule, 99)];
  const expected = [early.signal + 2 * early.noise, -early.signal, 0.5 * late.signal, 3 * late.noise];
  expectAllClose(xt?.data ?? [], expected, { rtol: 1e-7 }); // the tables of the graph are float32
});
