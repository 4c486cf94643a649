import { expect, test } from "vitest";
import {
  changeObjective,
  pretrainedNetwork,
  storedOf,
  withStored,
} from "../../bench/pretrain/change-objective.ts";
import { Random } from "../../src/base/random.ts";
import { buildGraph, input, type Tensor } from "../../src/graph/index.ts";
import { networkChannels, storedNetwork } from "../../src/methods/radar/head-start.ts";
import { bindParameters, initialValues, namedParameters, parameterCount, UNet } from "../../src/nn/index.ts";
import { evaluateGraph } from "../../src/runtime/reference.ts";
import { expectAllClose } from "../support/allclose.ts";
import { reference } from "../support/run-graph.ts";

const side = 16;

function drawn(network: UNet, seed: number): Float32Array {
  const random = new Random(seed);
  return initialValues(namedParameters(network), random).map((value) => value + 0.02 * random.normal());
}

function outputOf(network: UNet, parameters: Float32Array): number[] {
  const [x, t] = [input("x", "float32", [1, 3, side, side]), input("t", "float32", [1])];
  const [y = x] = bindParameters([network.apply(x, t)], namedParameters(network), parameters);
  const graph = buildGraph({ name: "network", inputs: [x, t], outputs: { y } });
  const picture = new Random(3).normals(3 * side ** 2);
  const feeds = { x: reference([1, 3, side, side], picture), t: reference([1], [50]) };
  return Array.from(evaluateGraph(graph, feeds).y?.data ?? []);
}

test("what is stored gives the same noise and logits as what learned", () => {
  const learned = drawn(pretrainedNetwork(), 1);
  const stored = new UNet({ ...storedNetwork, ...networkChannels });
  const output = outputOf(stored, storedOf(learned));
  expect(output.length).toBe(4 * side ** 2);
  expectAllClose(output, outputOf(pretrainedNetwork(), learned).slice(0, output.length), { atol: 1e-9 });
});

test("a pretraining that begins from stored parameters has them all, and its own for the change", () => {
  const stored = drawn(new UNet({ ...storedNetwork, ...networkChannels }), 2);
  const own = drawn(pretrainedNetwork(), 1);
  const begun = withStored(own, stored);
  expect(Buffer.from(storedOf(begun).buffer).equals(Buffer.from(stored.buffer))).toBe(true);
  const others = begun.filter((value, i) => value === own[i]).length;
  expect(others).toBe(parameterCount(namedParameters(pretrainedNetwork())) - stored.length);
});

test("the change has a share in the loss, by its mean absolute error on planted pictures alone", () => {
  const [planted, count] = [1, 2];
  const network = pretrainedNetwork();
  const objective = changeObjective(network, planted, side);
  const parameters = drawn(network, 1);
  const { changeLoss, noiseLoss, defectLoss } = objective.terms ?? {};
  const outputs = { loss: objective.loss, changeLoss, noiseLoss, defectLoss } as Record<string, Tensor>;
  const bound = bindParameters(Object.values(outputs), objective.parameters, parameters);
  const graph = buildGraph({
    name: "objective",
    inputs: objective.inputs,
    outputs: Object.fromEntries(Object.keys(outputs).map((name, i) => [name, bound[i] as Tensor])),
  });
  const values = 3 * side ** 2;
  const lossesWith = (change: number) => {
    const pictures = new Random(5).normals(count * values);
    const result = evaluateGraph(graph, {
      x0: reference([count, 3, side, side], pictures),
      noise: reference([count, 3, side, side], new Float32Array(count * values)),
      timesteps: reference([count], [50, 50], "int64"),
      mask: reference([planted, 1, side, side], new Float32Array(side ** 2)),
      change: reference([planted, 3, side, side], new Float32Array(values).fill(change)),
    });
    return Object.fromEntries(
      Object.entries(result).map(([name, { data }]) => [name, data[0] ?? Number.NaN]),
    );
  };
  const [near, far] = [lossesWith(1000), lossesWith(1001)];
  expect((far.changeLoss ?? 0) - (near.changeLoss ?? 0)).toBeCloseTo(2, 6);
  expect(far.noiseLoss).toBe(near.noiseLoss);
  expect(near.loss).toBeCloseTo((near.changeLoss ?? 0) + (near.noiseLoss ?? 0) + (near.defectLoss ?? 0), 6);
});
