/** Partial diffusion as a method: noise a picture a little, let the network undo it, and see what did not come back. */

import type { Random } from "../../base/random.ts";
import type { MapSource } from "../../detectors/map-source.ts";
import {
  noiseSchedule,
  noisingCoefficients,
  reverseChain,
  reverseSteps,
  reverseTimesteps,
} from "../../diffusion/index.ts";
import { gaussianBlur } from "../../features/map-filter.ts";
import { cutPatches, joinPatches, patchGrid } from "../../features/patch-grid.ts";
import { add, mul, reduceSumSquare, scalar, slice, sub, type Tensor } from "../../graph/index.ts";
import { bindParameters, namedParameters, parameterCount, type UNet } from "../../nn/index.ts";
import type { Learned, LearningContext, Method, PreparedMethod } from "../method.ts";
import { timestepLimit, trainRadarNetwork } from "../radar/radar-training.ts";
import {
  type ChainOptions,
  type DiffusionOptions,
  type DiffusionSettings,
  type ResolvedDiffusionOptions,
  resolveDiffusionOptions,
} from "./diffusion-options.ts";
import { fixedNoise, windowedNoise } from "./fixed-noise.ts";

/** A method that reconstructs by a chain, given its options. */
export function diffusionMethod(
  method: string,
  settings: DiffusionSettings,
): Method<DiffusionOptions, DiffusionSettings> {
  return (given, largestSidePx, changed) =>
    partialDiffusion(
      method,
      resolveDiffusionOptions(method, given, { ...settings, ...changed }, largestSidePx),
    );
}

/** A method that reconstructs by the chain of its options, with the network that RADAR trains. */
export function partialDiffusion(method: string, options: ResolvedDiffusionOptions): PreparedMethod {
  const { unet, learningRate, length, start, keepsEncoder, chain, smoothing } = options;
  return {
    method,
    scoring: "residual",
    options,
    settings: { ...unet, learningRate, length, start, keepsEncoder, timestepLimit, ...chain, smoothing },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedDiffusionOptions, context: LearningContext): Promise<Learned> {
  const { unet, trained } = await trainRadarNetwork(options, context);
  const random = context.random.split("reconstruction");
  return {
    source: residualMaps({ unet, parameters: trained.average }, options, random),
    parameters: parameterCount(namedParameters(unet)),
    steps: trained.steps,
    finalLoss: trained.finalLoss,
    networkCalls: options.chain.calls,
  };
}

interface TrainedUNet {
  readonly unet: UNet;
  /** float32 [P]. */
  readonly parameters: Float32Array;
}

/** Σ over channels of (x - x̂)², smoothed: one map. */
function residualMaps(
  network: TrainedUNet,
  { imageSize, patchSize, chain, smoothing }: ResolvedDiffusionOptions,
  random: Random,
): MapSource {
  const grid = patchGrid(imageSize, patchSize);
  return {
    imageSizePx: imageSize,
    standardizesPlaces: true,
    maps: (pictures) => {
      const patches = cutPatches(pictures, grid);
      const reconstructed = reconstruction(network, patches, { chain, random });
      const residual = reduceSumSquare(sub(patches, reconstructed), { axes: [1] });
      return { maps: joinPatches(gaussianBlur(residual, Math.max(0.5, patchSize * smoothing)), grid) };
    },
  };
}

/**
 * Pictures noised by `chain.noiseSteps` steps and led back, with noise fixed by `random`.
 *
 * @param pictures - float32 [N, 3, S, S] in [-1, 1].
 * @returns The same shape.
 */
function reconstruction(
  { unet, parameters }: TrainedUNet,
  pictures: Tensor,
  { chain, random }: { readonly chain: ChainOptions; readonly random: Random },
): Tensor {
  const side = Number(pictures.shape[3]);
  const schedule = noiseSchedule("linear");
  const timesteps = reverseTimesteps(chain.noiseSteps, chain.calls);
  const { signal, noise } = noisingCoefficients(schedule, chain.noiseSteps - 1);
  const first = fixedNoise(chain.noise, side, random.split("first noise"));
  const predictedNoise = (x: Tensor, timestep: Tensor) => {
    const open = slice(unet.apply(x, timestep), { axis: 1, start: 0, end: 3 });
    const [predicted = open] = bindParameters([open], namedParameters(unet), parameters);
    return predicted;
  };
  return reverseChain(
    add(mul(pictures, scalar(signal)), mul(first, scalar(noise))),
    reverseSteps(schedule, timesteps, chain),
    predictedNoise,
    {
      target: pictures,
      ...(chain.eta > 0 && { freshNoise: windowedNoise(side, chain.calls, random.split("fresh noise")) }),
    },
  );
}
