import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { hostArray, reference, runOnce } from "../../test/support/run-graph.ts";
import { expectWithin } from "../../test/support/tolerances.ts";
import { Random } from "../base/random.ts";
import { type NoiseSchedule, noiseSchedule } from "../diffusion/index.ts";
import { reduceMean } from "../graph/index.ts";
import type { Reference } from "../graph/reference-array.ts";
import { initialValues, namedParameters, parameterCount, UNet } from "../nn/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { nextName, noiseObjective, stateNames, trainStepGraph } from "./index.ts";

const model: UNet = new UNet({
  imageChannels: 1,
  baseChannels: 8,
  channelMultipliers: [1, 2],
  blocksPerLevel: 1,
  attentionLevels: [1],
  heads: 2,
  groups: 4,
});
const parameters = namedParameters(model);
const count: number = parameterCount(parameters);
const schedule: NoiseSchedule = noiseSchedule("linear", 100);
const batchShape = [4, 1, 8, 8] as const;
const options = { learningRate: 2e-3, warmupSteps: 5, maxGradientNorm: 1, emaDecay: 0.99, weightDecay: 0.01 };
const backend = nodeBackend({ threads: 1 });

/** Images of one sine of random phase, so that there is something to learn. */
function drawBatch(random: Random): Record<"x0" | "noise" | "timesteps", Reference> {
  const size = batchShape.reduce<number>((product, extent) => product * extent, 1);
  const phases = Array.from({ length: batchShape[0] }, () => 2 * Math.PI * random.uniform());
  const x0 = Array.from({ length: size }, (_, i) =>
    Math.fround(Math.sin((phases[Math.floor(i / 64)] ?? 0) + i)),
  );
  const timesteps = Array.from({ length: batchShape[0] }, () => random.integer(schedule.steps));
  return {
    x0: reference(batchShape, x0),
    noise: reference(batchShape, random.normals(size)),
    timesteps: reference([batchShape[0]], timesteps, "int64"),
  };
}

/** A state as it is in the middle of a training: nothing is zero. */
function drawState(random: Random): Record<(typeof stateNames)[number], Reference> {
  const values = initialValues(parameters, random);
  const shaken = (key: string, scale: number) =>
    Float32Array.from(random.split(key).normals(count), (value) => value * scale);
  return {
    parameters: reference(
      [count],
      shaken("parameters", 0.02).map((value, i) => value + (values[i] ?? 0)),
    ),
    firstMoment: reference([count], shaken("first", 1e-3)),
    secondMoment: reference(
      [count],
      shaken("second", 1e-3).map((value) => value ** 2 + 1e-6),
    ),
    average: reference([count], values),
  };
}

function valuesOf(results: Record<string, { data: Iterable<unknown> }>, name: string): number[] {
  return Array.from(results[name]?.data ?? expect.fail(`no output ${name}`), Number);
}

describe("one step", () => {
  const graph = trainStepGraph(noiseObjective(model, schedule, batchShape), options);
  const random = new Random(11);
  const state = drawState(random.split("state"));
  const feeds = {
    ...state,
    step: reference([], [3]),
    totalSteps: reference([], [100]),
    ...drawBatch(random.split("batch")),
  };
  const expected = evaluateGraph(graph, feeds);

  test("in ONNX Runtime is the step of the reference evaluator", async () => {
    const actual = await runOnce(backend, graph, feeds);
    const names = [...stateNames.map(nextName), "loss", "gradientNorm", "learningRate"];
    expect(Object.keys(actual).sort()).toEqual([...names].sort());
    for (const name of names) {
      expectWithin(
        "training step, ONNX Runtime and reference",
        valuesOf(actual, name),
        valuesOf(expected, name),
      );
    }
  });

  test("takes the learning rate of its place in the schedule", () => {
    const byHand = 2e-3 * (3 / 5) * (0.55 + 0.45 * Math.cos((3 / 100) * Math.PI));
    expectAllClose(valuesOf(expected, "learningRate"), [byHand], { rtol: 1e-7 });
  });

  test("averages the new parameters with the warmed-up decay", () => {
    const decay = 4 / 13; // (1 + step) / (10 + step)
    const next = valuesOf(expected, "parameters.next");
    const byHand = Array.from(state.average.data, (value, i) => value * decay + (next[i] ?? 0) * (1 - decay));
    expectAllClose(valuesOf(expected, "average.next"), byHand, { rtol: 1e-7, atol: 1e-9 });
  });

  test("feeds AdamW the gradient clipped to the largest norm", () => {
    const gradientOf = (results: Record<string, Reference>) =>
      valuesOf(results, "firstMoment.next").map((m, i) => (m - 0.9 * (state.firstMoment.data[i] ?? 0)) / 0.1);
    const [norm = 0] = valuesOf(expected, "gradientNorm");
    const maxGradientNorm = norm / 4;
    const tight = trainStepGraph(noiseObjective(model, schedule, batchShape), {
      ...options,
      maxGradientNorm,
    });
    const clipped = evaluateGraph(tight, feeds);
    expectAllClose(valuesOf(clipped, "gradientNorm"), [norm], { rtol: 1e-12 });
    const scale = Math.min(1, 1 / (norm + 1e-6)) / (maxGradientNorm / (norm + 1e-6));
    expectAllClose(
      gradientOf(clipped).map((value) => value * scale),
      gradientOf(expected),
      { rtol: 1e-5, atol: 1e-6 },
    );
    expectAllClose([Math.hypot(...gradientOf(clipped))], [maxGradientNorm], { rtol: 1e-5 });
  });

  test("has the gradient norm that differences of the loss along the gradient give", () => {
    // along the unit vector of the gradient, the loss rises by the gradient's norm
    const [norm = 0] = valuesOf(expected, "gradientNorm");
    const clip = Math.min(1, 1 / (norm + 1e-6));
    const direction = valuesOf(expected, "firstMoment.next").map(
      (m, i) => (m - 0.9 * (state.firstMoment.data[i] ?? 0)) / (0.1 * clip * norm),
    );
    const lossAt = (shift: number) => {
      const moved = state.parameters.data.map((value, i) => value + shift * (direction[i] ?? 0));
      const results = evaluateGraph(graph, { ...feeds, parameters: reference([count], moved) });
      return valuesOf(results, "loss")[0] ?? Number.NaN;
    };
    const h = 1e-5;
    expectAllClose([(lossAt(h) - lossAt(-h)) / (2 * h)], [norm], { rtol: 1e-5 });
  });

  test("reports the objective's terms beside the loss", async () => {
    const objective = noiseObjective(model, schedule, batchShape);
    const [x0 = objective.loss] = objective.inputs;
    const withTerms = trainStepGraph(
      { ...objective, terms: { brightness: reduceMean(x0, { keepDims: false }) } },
      options,
    );
    const results = await runOnce(backend, withTerms, feeds);
    const mean = feeds.x0.data.reduce((sum, value) => sum + value, 0) / feeds.x0.data.length;
    expectAllClose(valuesOf(results, "brightness"), [mean], { rtol: 1e-5, atol: 1e-7 });
  });
});

test("a model that predicts 0 has the noise's mean square as its loss", async () => {
  const graph = trainStepGraph(noiseObjective(model, schedule, batchShape), options);
  const random = new Random(12);
  const zeros = reference([count], new Float32Array(count));
  const initial = reference([count], initialValues(parameters, random));
  const batch = drawBatch(random);
  const state = { parameters: initial, firstMoment: zeros, secondMoment: zeros, average: initial };
  const scalars = { step: reference([], [1]), totalSteps: reference([], [10]) };
  const results = await runOnce(backend, graph, { ...state, ...scalars, ...batch });
  const meanSquare = batch.noise.data.reduce((sum, value) => sum + value ** 2, 0) / batch.noise.data.length;
  expectAllClose(valuesOf(results, "loss"), [meanSquare], { rtol: 1e-6 });
});

test("thirty seeded steps lower the loss, and the same seed gives the same bits", async () => {
  const graph = trainStepGraph(noiseObjective(model, schedule, batchShape), options);
  const session = await backend.load(encodeModel(graph));
  const train = async () => {
    const random = new Random(13);
    const initial = hostArray(reference([count], initialValues(parameters, random.split("weights"))));
    const zeros = hostArray(reference([count], new Float32Array(count)));
    let state = { parameters: initial, firstMoment: zeros, secondMoment: zeros, average: initial };
    const losses: number[] = [];
    for (let step = 1; step <= 30; step++) {
      const batch = Object.entries(drawBatch(random)).map(
        ([name, value]) => [name, hostArray(value)] as const,
      );
      const results = await session.run({
        ...state,
        step: hostArray(reference([], [step])),
        totalSteps: hostArray(reference([], [30])),
        ...Object.fromEntries(batch),
      });
      const next = (name: (typeof stateNames)[number]) => results[nextName(name)] ?? expect.fail(name);
      state = {
        parameters: next("parameters"),
        firstMoment: next("firstMoment"),
        secondMoment: next("secondMoment"),
        average: next("average"),
      };
      losses.push(valuesOf(results, "loss")[0] ?? Number.NaN);
    }
    return { losses, state };
  };
  const first = await train();
  expect(first.losses.every((loss) => Number.isFinite(loss))).toBe(true);
  const mean = (losses: number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(mean(first.losses.slice(-5))).toBeLessThan(0.8 * mean(first.losses.slice(0, 5)));
  expect(await train()).toEqual(first);
  await session.dispose();
});
