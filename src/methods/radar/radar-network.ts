/** RADAR's trained network and how it is called: patches cut, noised, one call, read off. */
import type { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { pictureGraph } from "../../detectors/detector-graph.ts";
import type { AnomalyMaps, MapSource } from "../../detectors/map-source.ts";
import { noiseSchedule, noisingCoefficients } from "../../diffusion/index.ts";
import {
  cutPatches,
  joinPatches,
  type PatchGrid,
  patchGrid,
  splitPatches,
  stitchPatches,
} from "../../features/patch-grid.ts";
import {
  add,
  concat,
  constant,
  foldConstants,
  type Graph,
  max,
  mul,
  reduceMean,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import { bindParameters, namedParameters, type UNet } from "../../nn/index.ts";
import type { FittedReadout, NetworkOutput, Readout } from "./readout.ts";

/** A trained network and how it is called. */
export interface TrainedNetwork {
  readonly unet: UNet;
  /** Parameters, float32 [P]. */
  readonly parameters: Float32Array;
  /** Side of the square that pictures are resized to, in pixels. */
  readonly imageSizePx: number;
  /** Side of the patches that the network sees, in pixels. */
  readonly patchSizePx: number;
  readonly readout: Readout;
  /** Whether pictures come as one channel, see `MapSource.readsGrey`. */
  readonly readsGrey: boolean;
  /** Source of the fixed noises. */
  readonly random: Random;
}

/** Overlap of patches that are stitched, as a share of their side (ours): only their middles are read. */
const stitchedOverlap = 0.5;

/** Input `image`; outputs float32 [K·N, ...] each: what the readout is fitted on, by its names. */
export function observationGraph(network: TrainedNetwork): Graph {
  const build = (pictures: Tensor): Record<string, Tensor> => {
    const { output } = callNetwork(network, pictures);
    const observed = Object.entries(network.readout.observe(output));
    const tensors = bound(
      network,
      observed.map(([, tensor]) => tensor),
    );
    return Object.fromEntries(observed.map(([name, tensor], i) => [name, tensors[i] ?? tensor]));
  };
  return pictureGraph(network.imageSizePx, build, network);
}

/** The network and what its readout learned of good images, as a source of maps. */
export function radarMaps(network: TrainedNetwork, readout: FittedReadout): MapSource {
  const { imageSizePx } = network;
  return {
    imageSizePx,
    standardizesPlaces: network.readout.standardizesPlaces,
    readsGrey: network.readsGrey,
    ...(network.readout.readsFromLevel && { readsFromLevel: true }),
    ...(readout.groups && { groups: readout.groups }),
    ...(readout.threshold !== undefined && { threshold: readout.threshold }),
    maps: (pictures): AnomalyMaps => {
      const { grid, output } = callNetwork(network, pictures);
      const maps = joinPatches(readout.maps(output), grid);
      const score = readout.score && splitPatches(readout.score(output), grid).reduce((a, b) => max(a, b));
      const [boundMaps = maps, boundScore] = bound(network, score === undefined ? [maps] : [maps, score]);
      return { maps: boundMaps, ...(boundScore && { score: boundScore }) };
    },
  };
}

/** @param pictures - float32 [N, 3, S, S], or [N, 1, S, S] where grey is read. @returns float32 [N, 3, S, S]. */
function inColour(pictures: Tensor, { readsGrey }: TrainedNetwork): Tensor {
  return readsGrey ? concat([pictures, pictures, pictures], 1) : pictures;
}

/** Pictures cut, noised to the readout's steps, and one call of the network; stitched where the readout reads pictures. */
function callNetwork(network: TrainedNetwork, pictures: Tensor): { grid: PatchGrid; output: NetworkOutput } {
  const { readout, imageSizePx, patchSizePx } = network;
  const isStitched = readout.network === "patches";
  const grid = patchGrid(imageSizePx, patchSizePx, isStitched ? stitchedOverlap : undefined);
  const patches = cutPatches(pictures, grid);
  const { noise, mismatch, defectLogits, features } = predicted(network, inColour(patches, network));
  if (!isStitched) return { grid, output: { patches, noise, mismatch, defectLogits, features } };
  const output = {
    patches: pictures,
    noise: stitchPatches(noise, grid),
    mismatch: stitchPatches(mismatch, grid),
    defectLogits: defectLogits && stitchPatches(defectLogits, grid),
    features: null,
  };
  return { grid: patchGrid(imageSizePx, imageSizePx), output };
}

/** One call for all noisings of all patches, float32 [M, 3, P, P]; the mean over the noisings. */
function predicted(network: TrainedNetwork, patches: Tensor): Omit<NetworkOutput, "patches"> {
  const { unet, readout, patchSizePx: side } = network;
  const { timesteps } = readout;
  const noises = timesteps.map((_, i) => fixedNoise(network, i));
  const noised = timesteps.map((timestep, i) => {
    const level = noisingCoefficients(noiseSchedule("linear"), timestep);
    const scaled = mul(patches, scalar(level.signal));
    return readout.addsNoise ? add(scaled, mul(noises[i] ?? scaled, scalar(level.noise))) : scaled;
  });
  const rest = [Number(patches.shape[1]), side, side];
  const stacked = stack(noised, ["M", ...rest], ["JM", ...rest]);
  const { output, decoder } = unet.trace(stacked, stepsOf(timesteps, patches));
  const channels = Number(output.shape[1]);
  const apart = reshape(output, [timesteps.length, "M", channels, side, side]);
  const mean = timesteps.length === 1 ? output : reduceMean(apart, { axes: [0], keepDims: false });
  const channel = (start: number, end: number) => slice(mean, { axis: 1, start, end });
  const noise = readout.plantsDefects ? channel(0, 3) : mean;
  const drawn = noises.reduce((sum, each) => add(sum, each));
  return {
    noise,
    mismatch: readout.addsNoise ? sub(noise, mul(drawn, scalar(1 / timesteps.length))) : noise,
    defectLogits: readout.plantsDefects ? channel(3, 4) : null,
    features: timesteps.length === 1 ? (decoder[0] ?? null) : null,
  };
}

/** The noise of the readout's i-th noising, float32 [1, 3, P, P]: a picture always gets the same score. */
function fixedNoise({ patchSizePx, random }: TrainedNetwork, i: number): Tensor {
  const shape = [1, 3, patchSizePx, patchSizePx];
  return constant({ dtype: "float32", shape, data: random.split(`score noise ${i}`).normals(sizeOf(shape)) });
}

/** The timestep of each noising of each patch, float32 [J·M] in the order of the stacked batch; [1] where there is one for all. */
function stepsOf(timesteps: readonly number[], patches: Tensor): Tensor {
  const [only = 0, ...others] = timesteps;
  if (others.length === 0) return constant({ dtype: "float32", shape: [1], data: Float32Array.of(only) });
  const zeros = mul(reduceMean(patches, { axes: [1, 2, 3], keepDims: false }), scalar(0)); // M is known at run time only
  return stack(
    timesteps.map((timestep) => add(zeros, scalar(timestep))),
    ["M"],
    ["JM"],
  );
}

/** Tensors of one shape, one behind the other along the first axis, whose extent is known at run time only. */
function stack(tensors: readonly Tensor[], shape: Tensor["shape"], stacked: Tensor["shape"]): Tensor {
  const [only, ...others] = tensors;
  if (only !== undefined && others.length === 0) return only;
  return reshape(
    concat(
      tensors.map((tensor) => reshape(tensor, [1, ...shape])),
      0,
    ),
    stacked,
  );
}

function bound({ unet, parameters }: TrainedNetwork, outputs: readonly Tensor[]): Tensor[] {
  return foldConstants(bindParameters(outputs, namedParameters(unet), parameters)); // what the network is told of its timestep
}
