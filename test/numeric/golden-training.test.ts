/** AdamW and gradient clipping against PyTorch, noise schedules against diffusers' formulas: test/golden/network.json. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type NoiseScheduleName, noiseSchedule } from "../../src/diffusion/index.ts";
import { buildGraph, type Graph, input } from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { evaluateGraph } from "../../src/runtime/reference.ts";
import { adamW, clipByNorm } from "../../src/train/index.ts";
import { reference, runOnce } from "../support/run-graph.ts";
import { expectWithin } from "../support/tolerances.ts";
import { wave } from "../support/wave.ts";

interface OptimizerGolden {
  name: string;
  weightDecay: number;
  maxNorm: number | null;
  steps: {
    learningRate: number;
    gradientScale: number;
    gradientNorm: number;
    parameters: number[];
    firstMoment: number[];
    secondMoment: number[];
  }[];
}

const golden: {
  optimizers: OptimizerGolden[];
  schedules: { name: NoiseScheduleName; steps: number; places: number[]; alphasCumprod: number[] }[];
} = JSON.parse(readFileSync(new URL("../golden/network.json", import.meta.url), "utf8"));

const size = 12;
const backend = nodeBackend({ threads: 1 });

/** One step with the state as inputs and, under the same names, as outputs ending in ".next". */
function stepGraph({ weightDecay, maxNorm }: OptimizerGolden): Graph {
  const vector = (name: string) => input(name, "float32", [size]);
  const number = (name: string) => input(name, "float32", []);
  const [parameters, firstMoment, secondMoment] = ["parameters", "firstMoment", "secondMoment"].map(vector);
  const [gradient, step, learningRate] = [vector("gradient"), number("step"), number("learningRate")];
  const state = {
    parameters: parameters ?? gradient,
    firstMoment: firstMoment ?? gradient,
    secondMoment: secondMoment ?? gradient,
  };
  const clipped = clipByNorm(gradient, maxNorm ?? 1e9);
  const next = adamW(
    state,
    maxNorm === null ? gradient : clipped.gradient,
    { step, learningRate },
    { weightDecay },
  );
  return buildGraph({
    name: "adamw",
    inputs: [...Object.values(state), gradient, step, learningRate],
    outputs: {
      "parameters.next": next.parameters,
      "firstMoment.next": next.firstMoment,
      "secondMoment.next": next.secondMoment,
      norm: clipped.norm,
    },
  });
}

type Executor = (feeds: Record<string, Reference>) => Promise<Record<string, { data: Iterable<unknown> }>>;

describe.each(golden.optimizers)("AdamW with $name follows PyTorch's", (golden) => {
  const graph = stepGraph(golden);
  const executors: Record<"reference" | "ONNX Runtime", Executor> = {
    reference: async (feeds) => evaluateGraph(graph, feeds),
    "ONNX Runtime": (feeds) => runOnce(backend, graph, feeds),
  };

  test.each(["reference", "ONNX Runtime"] as const)("for six steps in the %s", async (executor) => {
    const zeros = new Float32Array(size);
    let state: Record<string, number[]> = {
      parameters: Array.from(wave("parameters", [size])),
      firstMoment: Array.from(zeros),
      secondMoment: Array.from(zeros),
    };
    expect(golden.steps.length).toBe(6);
    for (const [i, step] of golden.steps.entries()) {
      const results = await executors[executor]({
        ...Object.fromEntries(
          Object.entries(state).map(([name, values]) => [name, reference([size], values)]),
        ),
        gradient: reference([size], wave(`gradient ${i + 1}`, [size], { scale: step.gradientScale })),
        step: reference([], [i + 1]),
        learningRate: reference([], [step.learningRate]),
      });
      const valuesOf = (name: string) => Array.from(results[name]?.data ?? [], Number);
      state = Object.fromEntries(Object.keys(state).map((name) => [name, valuesOf(`${name}.next`)]));
      expectWithin(`AdamW, ${executor} and PyTorch`, valuesOf("norm"), [step.gradientNorm]);
      for (const name of ["parameters", "firstMoment", "secondMoment"] as const) {
        expectWithin(`AdamW, ${executor} and PyTorch`, state[name] ?? [], step[name]);
      }
    }
  });
});

test.each(golden.schedules)("the $name schedule of $steps steps is diffusers'", (golden) => {
  const { alphasCumprod } = noiseSchedule(golden.name, golden.steps);
  const chosen = golden.places.map((place) => alphasCumprod[place] ?? Number.NaN);
  expectWithin("noise schedules, NumPy", chosen, golden.alphasCumprod);
});
