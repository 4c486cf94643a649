/** RADAR as a method: train the network, fit the readout. */
import { noiseSchedule } from "../diffusion/index.ts";
import { namedParameters, parameterCount, UNet } from "../nn/index.ts";
import { defectObjective, noiseObjective, type Objective } from "../train/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import { RadarBatches } from "./radar-batches.ts";
import { observationGraph, radarMaps } from "./radar-network.ts";
import type { ResolvedRadarOptions } from "./radar-options.ts";
import { type Readout, readouts } from "./readout.ts";
import { outputOf, withSession } from "./run-graph.ts";
import { trainNetwork } from "./train-network.ts";

const timestepLimit = 400; // of 1000: scoring looks at low noise only (ours)
const plantedShare = 0.5; // of a batch, where the scoring needs a defect head (ours)

/** RADAR with its options. @see docs/detectors/radar.md */
export function radarMethod(options: ResolvedRadarOptions): PreparedMethod {
  const { unet, learningRate, length, scoring } = options;
  return {
    method: "radar",
    scoring,
    options,
    settings: { ...unet, learningRate, length, timestepLimit },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedRadarOptions, context: LearningContext): Promise<Learned> {
  const { random, images, backend } = context;
  const readout = readouts[options.scoring];
  const unet = new UNet({ ...options.unet, imageChannels: 3, outputChannels: readout.plantsDefects ? 4 : 3 });
  const { average, steps, finalLoss } = await trainUNet(unet, readout, { options, context });
  context.onStage?.("fitting the score");
  const network = {
    unet,
    parameters: average,
    imageSizePx: options.imageSize,
    patchSizePx: options.patchSize,
    readout,
    random,
  };
  const fitted = await withSession(backend, observationGraph(network), (session) =>
    readout.fit(outputOf(session, images, { sizePx: options.imageSize, name: "observation" }), {
      count: images.length,
      random: random.split("readout"),
    }),
  );
  return {
    source: radarMaps(network, fitted),
    parameters: parameterCount(namedParameters(unet)),
    steps,
    finalLoss,
  };
}

function trainUNet(
  unet: UNet,
  readout: Readout,
  { options, context }: { readonly options: ResolvedRadarOptions; readonly context: LearningContext },
): ReturnType<typeof trainNetwork> {
  const { batchSize, patchSize, imageSize, learningRate, length } = options;
  const plantedCount = readout.plantsDefects ? Math.floor(batchSize * plantedShare) : 0;
  const objective = objectiveOf(unet, [batchSize, 3, patchSize, patchSize], plantedCount);
  const batches = new RadarBatches(context.images, {
    imageSizePx: imageSize,
    patchSizePx: patchSize,
    batchSize,
    plantedCount,
    symmetries: context.symmetries,
    timestepLimit,
    scoringTimestep: readout.timestep,
    random: context.random.split("batches"),
  });
  const identity = {
    objective: plantedCount > 0 ? "noise and defects" : "noise",
    unet: options.unet,
    sizes: [imageSize, patchSize, batchSize, plantedCount],
    timesteps: [timestepLimit, readout.timestep],
  };
  return trainNetwork(objective, { batches, length, identity, step: { learningRate } }, context);
}

function objectiveOf(
  unet: UNet,
  batchShape: readonly [number, number, number, number],
  plantedCount: number,
): Objective {
  const schedule = noiseSchedule("linear");
  return plantedCount > 0
    ? defectObjective(unet, schedule, batchShape, plantedCount)
    : noiseObjective(unet, schedule, batchShape);
}
