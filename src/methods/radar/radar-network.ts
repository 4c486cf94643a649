/** RADAR's trained network and how it is called: patches cut, noised once, one call, read off. */
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
} from "../../features/patch-grid.ts";
import { add, constant, type Graph, max, mul, scalar, slice, type Tensor } from "../../graph/index.ts";
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
  /** Source of the fixed noise. */
  readonly random: Random;
}

/** Input `image`; output `observation` float32 [K·N, ...]: what the readout is fitted on. */
export function observationGraph(network: TrainedNetwork): Graph {
  return pictureGraph(network.imageSizePx, (pictures) => {
    const { output } = callNetwork(network, pictures);
    const [observation = pictures] = bound(network, [network.readout.observe(output)]);
    return { observation };
  });
}

/** The network and what its readout learned of good images, as a source of maps. */
export function radarMaps(network: TrainedNetwork, readout: FittedReadout): MapSource {
  const { imageSizePx } = network;
  return {
    imageSizePx,
    standardizesPlaces: network.readout.standardizesPlaces,
    maps: (pictures): AnomalyMaps => {
      const { grid, output } = callNetwork(network, pictures);
      const maps = joinPatches(readout.maps(output), grid);
      const score = readout.score && splitPatches(readout.score(output), grid).reduce((a, b) => max(a, b));
      const [boundMaps = maps, boundScore] = bound(network, score === undefined ? [maps] : [maps, score]);
      return { maps: boundMaps, ...(boundScore && { score: boundScore }) };
    },
  };
}

/** Pictures cut, noised once to the readout's step, and one call of the network. */
function callNetwork(network: TrainedNetwork, pictures: Tensor): { grid: PatchGrid; output: NetworkOutput } {
  const { unet, readout, imageSizePx, patchSizePx } = network;
  const grid = patchGrid(imageSizePx, patchSizePx);
  const patches = cutPatches(pictures, grid);
  const timestep = Float32Array.of(readout.timestep);
  const trace = unet.trace(
    noised(network, patches),
    constant({ dtype: "float32", shape: [1], data: timestep }),
  );
  const channel = (start: number, end: number) => slice(trace.output, { axis: 1, start, end });
  const noise = readout.plantsDefects ? channel(0, 3) : trace.output;
  const defectLogits = readout.plantsDefects ? channel(3, 4) : null;
  return { grid, output: { patches, noise, defectLogits, trace } };
}

/** √ᾱ·x, plus the fixed noise √(1-ᾱ)·ε where the readout adds it: a picture always gets the same score. */
function noised({ readout, patchSizePx, random }: TrainedNetwork, patches: Tensor): Tensor {
  const level = noisingCoefficients(noiseSchedule("linear"), readout.timestep);
  const scaled = mul(patches, scalar(level.signal));
  if (!readout.addsNoise) return scaled;
  const shape = [1, 3, patchSizePx, patchSizePx];
  const noise = random
    .split("score noise")
    .normals(sizeOf(shape))
    .map((value) => value * level.noise);
  return add(scaled, constant({ dtype: "float32", shape, data: noise }));
}

function bound({ unet, parameters }: TrainedNetwork, outputs: readonly Tensor[]): Tensor[] {
  return bindParameters(outputs, namedParameters(unet), parameters);
}
