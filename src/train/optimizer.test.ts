import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { buildGraph, input, type Tensor } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { adamW, clipByNorm, movingAverage, warmupCosine } from "./index.ts";

// Constants of the graphs are float32, so hand formulas in float64 agree to about 1e-7.
const close = { rtol: 2e-7, atol: 1e-9 };

const vector: Tensor = input("vector", "float32", [2]);
const step: Tensor = input("step", "float32", []);
const total: Tensor = input("total", "float32", []);

test("the learning rate rises linearly and falls on a cosine to a tenth of its peak", () => {
  const rate = warmupCosine(step, total, { peak: 0.002, warmupSteps: 10 });
  const graph = buildGraph({ name: "rate", inputs: [step, total], outputs: { rate } });
  const rateAt = (at: number) =>
    evaluateGraph(graph, { step: reference([], [at]), total: reference([], [100]) }).rate?.data[0] ?? 0;
  const byHand = (at: number) =>
    0.002 * Math.min(1, at / 10) * (0.55 + 0.45 * Math.cos((Math.PI * Math.min(at, 100)) / 100));
  const steps = [1, 5, 10, 11, 50, 99, 100, 150];
  expectAllClose(steps.map(rateAt), steps.map(byHand), close);
  expectAllClose([rateAt(50), rateAt(100), rateAt(150)], [0.0011, 0.0002, 0.0002], close);
});

test("a gradient within the norm stays, a longer one is scaled down to it", () => {
  const { gradient, norm } = clipByNorm(vector, 5);
  const graph = buildGraph({ name: "clip", inputs: [vector], outputs: { gradient, norm } });
  const clipped = (values: number[]) => evaluateGraph(graph, { vector: reference([2], values) });
  expect(clipped([0.3, 0.4]).gradient?.data).toEqual(Float64Array.of(0.3, 0.4));
  const long = clipped([30, -40]);
  expectAllClose(long.norm?.data ?? [], [50], close);
  expectAllClose(long.gradient?.data ?? [], [3, -4], close);
  expect(clipped([0, 0]).gradient?.data).toEqual(Float64Array.of(0, 0));
});

test("the moving average follows quickly at first and slowly later", () => {
  const value = input("value", "float32", [2]);
  const average = movingAverage(vector, value, step, 0.99);
  const graph = buildGraph({ name: "average", inputs: [vector, value, step], outputs: { average } });
  const after = (at: number) =>
    evaluateGraph(graph, {
      vector: reference([2], [1, 2]),
      value: reference([2], [3, 0]),
      step: reference([], [at]),
    }).average?.data ?? [];
  for (const [at, decay] of [
    [1, 2 / 11],
    [10, 11 / 20],
    [5000, 0.99],
  ] as const) {
    expectAllClose(after(at), [decay + 3 * (1 - decay), 2 * decay], close);
  }
});

test("the first step of AdamW goes the learning rate against the gradient's sign", () => {
  const names = ["parameters", "firstMoment", "secondMoment", "gradient"] as const;
  const [parameters = vector, firstMoment = vector, secondMoment = vector, slope = vector] = names.map(
    (name) => input(name, "float32", [2]),
  );
  const learningRate = input("learningRate", "float32", []);
  const state = { parameters, firstMoment, secondMoment };
  const next = adamW(state, slope, { step, learningRate }, { weightDecay: 0.1 });
  const graph = buildGraph({
    name: "adamw",
    inputs: [parameters, firstMoment, secondMoment, slope, step, learningRate],
    outputs: { p: next.parameters, m: next.firstMoment, v: next.secondMoment },
  });
  const { p, m, v } = evaluateGraph(graph, {
    parameters: reference([2], [1, -2]),
    firstMoment: reference([2], [0, 0]),
    secondMoment: reference([2], [0, 0]),
    gradient: reference([2], [3, -0.5]),
    step: reference([], [1]),
    learningRate: reference([], [0.01]),
  });
  // θ(1 - ηλ) - η·sign(g), with m = 0.1 g and v = 0.001 g²; 1 - 0.999 in float32 is off by 1.3e-5
  expectAllClose(p?.data ?? [], [0.999 - 0.01, -1.998 + 0.01], { atol: 0.01 * 1e-5 });
  expectAllClose(m?.data ?? [], [0.3, -0.05], close);
  expectAllClose(v?.data ?? [], [0.009, 0.00025], close);
});
