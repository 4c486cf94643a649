import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import {
  add,
  buildGraph,
  cast,
  constant,
  type Graph,
  gather,
  input,
  matmul,
  mul,
  reshape,
  scalar,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  noiseSchedule,
  noisingCoefficients,
  type ReverseStep,
  reverseChain,
  reverseSteps,
  reverseTimesteps,
} from "./index.ts";

/** A chain of a linear network ε̂ = A·x + (t / 1000)·b, as scripts/golden/diffusion.py writes it. */
interface Chain {
  readonly name: string;
  readonly eta: number;
  readonly steps: number;
  readonly calls: number;
  readonly condition: number;
  readonly matrix: readonly number[];
  readonly shift: readonly number[];
  readonly target: readonly number[];
  readonly start: readonly number[];
  /** z of every step. */
  readonly fresh: readonly number[];
  readonly timesteps: readonly number[];
  /** x after every step. */
  readonly states: readonly (readonly number[])[];
}

const { chains }: { readonly chains: readonly Chain[] } = JSON.parse(
  readFileSync(new URL("../../test/golden/diffusion.json", import.meta.url), "utf8"),
);

const schedule = noiseSchedule("linear");

function row(values: readonly number[], ...shape: number[]): Tensor {
  return constant({ dtype: "float32", shape, data: Float32Array.from(values) });
}

/** Input `x` [1, 4]; output `clean`. */
function chainGraph({ matrix, shift, target, fresh, calls }: Chain, steps: readonly ReverseStep[]): Graph {
  const x = input("x", "float32", ["N", 4]);
  const clean = reverseChain(
    x,
    steps,
    (noised, timestep) =>
      add(
        matmul(noised, row(matrix, 4, 4), { transposeB: true }),
        mul(row(shift, 1, 4), mul(timestep, scalar(1 / 1000))),
      ),
    {
      target: row(target, 1, 4),
      freshNoise: (turn) => reshape(gather(row(fresh, calls, 4), turn), [1, 4]),
    },
  );
  return buildGraph({ name: "chain", inputs: [x], outputs: { clean } });
}

test.each(chains)("the steps of $name are the papers' as NumPy computes them", (chain) => {
  const timesteps = reverseTimesteps(chain.steps, chain.calls);
  expect(timesteps).toEqual(chain.timesteps);
  let x = [...chain.start];
  for (const [i, step] of reverseSteps(schedule, timesteps, chain).entries()) {
    const predicted = x.map(
      (_, k) =>
        x.reduce((sum, value, j) => sum + (chain.matrix[4 * k + j] ?? 0) * value, 0) +
        (step.timestep / 1000) * (chain.shift[k] ?? 0),
    );
    x = x.map(
      (value, k) =>
        step.image * value +
        step.noise * (predicted[k] ?? 0) +
        step.target * (chain.target[k] ?? 0) +
        step.spread * (chain.fresh[4 * i + k] ?? 0),
    );
    expectAllClose(x, chain.states[i] ?? [], { rtol: 1e-9, atol: 1e-9 });
  }
});

test.each(chains)("the graph of $name ends where NumPy does", async (chain) => {
  const graph = chainGraph(chain, reverseSteps(schedule, chain.timesteps, chain));
  expect(graph.nodes.some(({ op }) => op.type === "Loop")).toBe(chain.calls > 1);
  const feeds = { x: reference([1, 4], chain.start) };
  const expected = chain.states.at(-1) ?? [];
  const tolerance = { rtol: 2e-6, atol: 2e-6 }; // the coefficients of the graph are float32
  expectAllClose(evaluateGraph(graph, feeds).clean?.data ?? [], expected, tolerance);
  const { clean } = await runOnce(nodeBackend({ threads: 1 }), graph, feeds);
  expectAllClose(Array.from(clean?.data ?? [], Number), expected, tolerance);
});

test.each([
  ["DDPM", 1, 250],
  ["DDPM, strided", 1, 5],
  ["DDIM", 0, 10],
  ["DDIM, one call", 0, 1],
])("a network that knows the exact noise leads %s back to the clean image", (_, eta, calls) => {
  const clean = [0.5, -0.25, 1, -1];
  const steps = reverseSteps(schedule, reverseTimesteps(250, calls), { eta });
  const coefficient = (pick: (level: { signal: number; noise: number }) => number) =>
    constant({
      dtype: "float32",
      shape: [250],
      data: Float32Array.from({ length: 250 }, (_entry, t) => pick(noisingCoefficients(schedule, t))),
    });
  const x = input("x", "float32", [1, 4]);
  const exactNoise = (noised: Tensor, timestep: Tensor) => {
    const place = cast(timestep, "int64");
    const signal = gather(
      coefficient((level) => level.signal),
      place,
    );
    const inverse = gather(
      coefficient((level) => 1 / level.noise),
      place,
    );
    return mul(sub(noised, mul(row(clean, 1, 4), signal)), inverse);
  };
  const result = reverseChain(x, steps, exactNoise, {
    freshNoise: (turn) => mul(row([1, -2, 0.5, 0], 1, 4), cast(turn, "float32")),
  });
  const graph = buildGraph({ name: "chain", inputs: [x], outputs: { result } });
  const noised = reference([1, 4], [0.3, 1.2, -0.7, 2]);
  expectAllClose(evaluateGraph(graph, { x: noised }).result?.data ?? [], clean, { atol: 1e-5 });
});

test("one deterministic step is the clean image behind the prediction, x̂_0 = (x - √(1-ᾱ)·ε̂) / √ᾱ", () => {
  const { signal, noise } = noisingCoefficients(schedule, 249);
  const [step, ...rest] = reverseSteps(schedule, [249], { eta: 0 });
  expect(rest).toEqual([]);
  expectAllClose([step?.image ?? 0, step?.noise ?? 0], [1 / signal, -noise / signal], { rtol: 1e-14 });
  expect([step?.target ?? 1, step?.spread ?? 1].map(Math.abs)).toEqual([0, 0]);
});

test("with eta 1 every step is Ho et al.'s: (x - β/√(1-ᾱ)·ε̂) / √α plus noise of the posterior variance", () => {
  const steps = reverseSteps(schedule, reverseTimesteps(250, 250), { eta: 1 });
  steps.forEach(({ timestep: t, image, noise, spread }) => {
    const [bar, before] = [schedule.alphasCumprod[t] ?? 0, t > 0 ? (schedule.alphasCumprod[t - 1] ?? 0) : 1];
    const alpha = bar / before;
    const deviation = Math.sqrt(((1 - before) / (1 - bar)) * (1 - alpha));
    const expected = [1 / Math.sqrt(alpha), -(1 - alpha) / Math.sqrt((1 - bar) * alpha), deviation];
    expectAllClose([image, noise, spread], expected, { rtol: 1e-9, atol: 1e-12 });
  });
  expect(steps.at(-1)?.spread).toBe(0);
});

test("timesteps are evenly spaced, and fewer calls than one or more than steps are refused", () => {
  expect(reverseTimesteps(250, 250)).toEqual(Array.from({ length: 250 }, (_, i) => 249 - i));
  expect(reverseTimesteps(250, 10)).toEqual([249, 224, 199, 174, 149, 124, 99, 74, 49, 24]);
  expect(reverseTimesteps(250, 1)).toEqual([249]);
  expect(new Set(reverseTimesteps(250, 97)).size).toBe(97);
  expect(() => reverseTimesteps(250, 0)).toThrow("calls: expected an integer >= 1 and <= 250, got 0.");
  expect(() => reverseTimesteps(250, 251)).toThrow("calls: expected an integer >= 1 and <= 250, got 251.");
  expect(() => reverseSteps(schedule, [9], { eta: 2 })).toThrow("eta: expected a finite number");
  expect(() => reverseSteps(schedule, [9], { eta: 0, condition: -1 })).toThrow("condition: expected");
});
