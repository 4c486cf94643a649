import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input, mul, reduceMean, scalar, type Tensor } from "../graph/index.ts";
import { bindParameters, initialValues, Linear, namedParameters, parameterCount } from "../nn/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { meanSquaredError, type Objective, trainedParameters, trainStepGraph } from "./index.ts";

/** A maker and a judge of what it makes, each with a loss that depends on the parameters of both. */
function duel(judgesLossScale = 1): Objective {
  const [maker, judge] = [new Linear(2, 3), new Linear(3, 1)];
  const x = input("x", "float32", [4, 2]);
  const verdict = judge.apply(maker.apply(x));
  return {
    parameters: namedParameters(maker, "maker."),
    loss: meanSquaredError(verdict, scalar(1)),
    others: [
      {
        parameters: namedParameters(judge, "judge."),
        loss: mul(meanSquaredError(verdict, scalar(-1)), scalar(judgesLossScale)),
      },
    ],
    terms: { verdict: reduceMean(verdict, { keepDims: false }) },
    inputs: [x],
  };
}

const objective = duel();
const parameters = trainedParameters(objective);
const count = parameterCount(parameters);
const makers = parameterCount(objective.parameters);
const random = new Random(2);
const values = initialValues(parameters, random);
const x = reference([4, 2], random.normals(8));
const options = { learningRate: 0.1, warmupSteps: 1, maxGradientNorm: 100, emaDecay: 0.9 };

/** A first step: from moments of zero, the first moment becomes a tenth of the gradient. */
function step(of: Objective, change: Partial<typeof options> = {}) {
  const zeros = reference([count], new Float32Array(count));
  const from = reference([count], values);
  const results = evaluateGraph(trainStepGraph(of, { ...options, ...change }), {
    ...{ parameters: from, firstMoment: zeros, secondMoment: zeros, average: from, x },
    ...{ step: reference([], [1]), totalSteps: reference([], [10]) },
  });
  const data = (name: string) => Array.from(results[name]?.data ?? expect.fail(`no output ${name}`));
  const gradient = data("firstMoment.next").map((entry) => entry / Math.fround(1 - 0.9));
  return { gradient, norm: data("gradientNorm")[0], loss: data("loss")[0], moved: data("parameters.next") };
}

/** Slopes of a loss along every parameter, by central differences in float64. */
function slopes(loss: Tensor): number[] {
  const flat = input("flat", "float32", [count]);
  const [bound = loss] = bindParameters([loss], parameters, flat);
  const graph = buildGraph({ name: "loss", inputs: [flat, ...objective.inputs], outputs: { bound } });
  const at = (place: number, h: number) => {
    const moved = Float64Array.from(values, (value, i) => value + (i === place ? h : 0));
    return evaluateGraph(graph, { flat: reference([count], moved), x }).bound?.data[0] ?? Number.NaN;
  };
  return Array.from(values, (_, place) => (at(place, 1e-5) - at(place, -1e-5)) / 2e-5);
}

describe("a step with two goals", () => {
  test("moves each group of parameters by its own loss and by no other", () => {
    const [own = objective] = objective.others ?? [];
    const [first, second] = [slopes(objective.loss), slopes(own.loss)];
    for (const foreign of [first.slice(makers), second.slice(0, makers)]) // both losses reach both groups
      expect(foreign.some((slope) => Math.abs(slope) > 1e-3)).toBe(true);
    expectAllClose(step(objective).gradient, [...first.slice(0, makers), ...second.slice(makers)], {
      rtol: 1e-6,
      atol: 1e-8,
    });
  });

  test("clips each group's gradient by itself, and reports the norm of all before that", () => {
    const plain = step(objective);
    const [first, second] = [plain.gradient.slice(0, makers), plain.gradient.slice(makers)];
    expectAllClose([plain.norm ?? Number.NaN], [Math.hypot(...plain.gradient)], { rtol: 1e-10 });
    const bound = Math.min(Math.hypot(...first), Math.hypot(...second)) / 2;
    const clipped = step(objective, { maxGradientNorm: bound });
    expect(clipped.norm).toBe(plain.norm);
    for (const part of [clipped.gradient.slice(0, makers), clipped.gradient.slice(makers)])
      expectAllClose([Math.hypot(...part)], [bound], { rtol: 1e-4 });
  });

  test("reports the first goal's loss", () => {
    const [own = objective] = objective.others ?? [];
    const { others: _, ...alone } = objective;
    const both = { ...alone, parameters, terms: { second: own.loss } };
    expect(step(objective).loss).toBe(step(both).loss);
  });

  test("leaves a group where the other's loss is larger as it is where it is smaller", () => {
    const build = (scale: number) => step(duel(scale)).moved.slice(0, makers);
    expect(build(10)).toEqual(build(1));
  });
});
