import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference } from "../../../test/support/run-graph.ts";
import { tinyUNet } from "../../../test/support/tiny-unet.ts";
import { Random } from "../../base/random.ts";
import { noiseSchedule } from "../../diffusion/index.ts";
import { buildGraph, gradient } from "../../graph/index.ts";
import { bindParameters, initialValues, parameterCount, UNet } from "../../nn/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import type { Objective } from "../../train/index.ts";
import { defectObjective } from "./defect-objective.ts";
import { freezeEncoder } from "./frozen-encoder.ts";

const [count, planted, side] = [2, 1, 8];
const model = new UNet({ ...tinyUNet, outputChannels: 4 });
const whole = defectObjective(model, noiseSchedule("linear"), [count, 3, side, side], planted);
const random = new Random(4);
// the layers that start at zero would hide gradients
const values = initialValues(whole.parameters, random).map((value) => value + 0.1 * random.normal());
const decoder = freezeEncoder(whole, values);

const isOfDecoder = (name: string) => /^(up|norm|head)\b/.test(name);

/** Loss, terms, and gradients by name. */
function evaluated({ loss, terms = {}, parameters, inputs }: Objective, at: Float32Array) {
  const gradients = gradient(
    loss,
    parameters.map(({ parameter }) => parameter),
  );
  const named = [
    ["loss", loss] as const,
    ...Object.entries(terms),
    ...parameters.map(({ name }, i) => [name, gradients[i] ?? loss] as const),
  ];
  const bound = bindParameters(
    named.map(([, tensor]) => tensor),
    parameters,
    at,
  );
  const outputs = Object.fromEntries(named.map(([name], i) => [name, bound[i] ?? loss] as const));
  const drawn = new Random(9);
  const pictures = () => Array.from({ length: count * 3 * side * side }, () => drawn.normal());
  return evaluateGraph(buildGraph({ name: "objective", inputs, outputs }), {
    x0: reference([count, 3, side, side], pictures()),
    noise: reference([count, 3, side, side], pictures()),
    timesteps: reference([count], [50, 123], "int64"),
    mask: reference(
      [planted, 1, side, side],
      Array.from({ length: planted * side * side }, () => drawn.integer(2)),
    ),
  });
}

test("what is made small, and its gradients for the decoder, are those of the whole network", () => {
  const of = evaluated(whole, values);
  const ofDecoder = evaluated(decoder.objective, decoder.initial);
  const names = ["loss", "noiseLoss", "defectLoss", ...whole.parameters.map(({ name }) => name)];
  const kept = names.filter((name) => /[lL]oss$/.test(name) || isOfDecoder(name));
  expect(Object.keys(ofDecoder)).toEqual(kept);
  for (const name of kept) {
    expectAllClose(ofDecoder[name]?.data ?? [], Array.from(of[name]?.data ?? []), {
      rtol: 1e-9,
      atol: 1e-12,
    });
  }
  expect(Number(ofDecoder.loss?.data[0])).toBeGreaterThan(0);
});

test("the decoder's parameters come back to their places, and the encoder's are as they were", () => {
  expect(decoder.withEncoder(decoder.initial)).toEqual(values);
  const moved = decoder.withEncoder(decoder.initial.map((value) => value + 1));
  let start = 0;
  for (const named of whole.parameters) {
    const end = start + parameterCount([named]);
    const was = values.subarray(start, end);
    const expected = isOfDecoder(named.name) ? was.map((value) => value + 1) : was;
    expect(moved.subarray(start, end), named.name).toEqual(expected);
    start = end;
  }
  expect(start).toBe(moved.length);
});
