/** What a network learns from rendered pictures: more than is stored of it. */
import { sizeOf } from "../../src/base/shape.ts";
import { noiseSchedule } from "../../src/diffusion/index.ts";
import { add, input, mul, scalar, slice } from "../../src/graph/index.ts";
import { defectObjective } from "../../src/methods/radar/defect-objective.ts";
import { networkChannels, storedNetwork } from "../../src/methods/radar/head-start.ts";
import { namedParameters, UNet } from "../../src/nn/index.ts";
import type { Objective } from "../../src/train/index.ts";
import { meanAbsoluteError } from "../../src/train/loss.ts";

const logitEnd = networkChannels.outputChannels;
const changeChannels = 3;
const changeWeight = 2; // of the mean absolute change, beside noise and logits

/** The stored network with three channels more: what was added to a picture, colour by colour. */
export function pretrainedNetwork(): UNet {
  return new UNet({ ...storedNetwork, ...networkChannels, outputChannels: logitEnd + changeChannels });
}

/**
 * `defectObjective`, and the mean absolute error of what a planted defect added to its picture: to tell it, the network has to know what
 * would be there without. Inputs besides: `change` float32 [planted, 3, P, P].
 *
 * @param network - As {@link pretrainedNetwork} makes it.
 * @param planted - Pictures with a defect; as many more are noised.
 * @param sizePx - P.
 */
export function changeObjective(network: UNet, planted: number, sizePx: number): Objective {
  const shape = [2 * planted, 3, sizePx, sizePx] as const;
  const { output, ...objective } = defectObjective(network, noiseSchedule("linear"), shape, planted);
  const change = input("change", "float32", [planted, changeChannels, sizePx, sizePx]);
  const ofPlanted = slice(output, { axis: 0, start: 0, end: planted });
  const told = slice(ofPlanted, { axis: 1, start: logitEnd, end: logitEnd + changeChannels });
  const changeLoss = mul(scalar(changeWeight), meanAbsoluteError(told, change));
  return {
    ...objective,
    loss: add(objective.loss, changeLoss),
    terms: { ...objective.terms, changeLoss },
    inputs: [...objective.inputs, change],
  };
}

/** Parameters that are stored, of those of {@link pretrainedNetwork}: all but what gives the change. */
export function storedOf(parameters: Float32Array): Float32Array {
  return Float32Array.from(storedPlaces(), (place) => parameters[place] ?? 0);
}

/** Parameters of {@link pretrainedNetwork} with those of a stored network put in. */
export function withStored(parameters: Float32Array, stored: Float32Array): Float32Array {
  const result = parameters.slice();
  for (const [i, place] of storedPlaces().entries()) result[place] = stored[i] ?? 0;
  return result;
}

/** Where they lie: what the head gives comes first in its weights, colour by colour. */
function storedPlaces(): number[] {
  const stored = namedParameters(new UNet({ ...storedNetwork, ...networkChannels }));
  let start = 0;
  return namedParameters(pretrainedNetwork()).flatMap(({ parameter }, i) => {
    const from = start;
    start += sizeOf(parameter.shape);
    return Array.from({ length: sizeOf(stored[i]?.parameter.shape ?? []) }, (_, at) => from + at);
  });
}
