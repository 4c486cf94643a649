/** Training RADAR's network: one way for all methods that read it, so that a store trains it once for them all. */
import { noiseSchedule } from "../../diffusion/index.ts";
import { UNet } from "../../nn/index.ts";
import { noiseObjective, type Objective } from "../../train/index.ts";
import type { LearningContext, StoredNetwork } from "../method.ts";
import { trainNetwork } from "../train-network.ts";
import { defectObjective } from "./defect-objective.ts";
import { freezeEncoder } from "./frozen-encoder.ts";
import { headStart } from "./head-start.ts";
import { RadarBatches } from "./radar-batches.ts";
import type { ResolvedRadarOptions } from "./radar-options.ts";
import type { Readout } from "./readout.ts";
import { readouts } from "./readouts.ts";

/** Timesteps that a network of whole pictures sees, of 1000: scoring looks at low noise only (ours). */
export const timestepLimit = 400;

/** Timesteps that each network sees; one of patches learns all, as its authors' does. */
export const timestepLimits: Readonly<Record<Readout["network"], number>> = {
  pictures: timestepLimit,
  patches: 1000,
};

const plantedShare = 0.5; // of a batch, where the scoring needs a defect head (ours)

/**
 * Trains the U-Net that the options' scoring needs, or takes it from the store.
 *
 * @returns The network, and its parameters as `StoredNetwork.average`.
 * @throws {TrainingError} as `trainNetwork`.
 */
export async function trainRadarNetwork(
  options: ResolvedRadarOptions,
  context: LearningContext,
): Promise<{ readonly unet: UNet; readonly trained: StoredNetwork }> {
  const { batchSize, patchSize, imageSize, learningRate, length } = options;
  const { plantsDefects, timesteps, network } = readouts[options.scoring];
  const limit = timestepLimits[network];
  const unet = new UNet({ ...options.unet, imageChannels: 3, outputChannels: plantsDefects ? 4 : 3 });
  const plantedCount = plantsDefects ? Math.floor(batchSize * plantedShare) : 0;
  const whole = objectiveOf(unet, [batchSize, 3, patchSize, patchSize], plantedCount);
  const batches = new RadarBatches(context.images, {
    imageSizePx: imageSize,
    patchSizePx: patchSize,
    batchSize,
    plantedCount,
    symmetries: context.symmetries,
    looked: context.looked,
    timestepLimit: limit,
    scoringTimestep: timesteps[0] ?? 0,
    random: context.random.split("batches"),
  });
  const start = options.start === "rendered" ? await headStart(options.unet) : undefined;
  const { objective, initial, withEncoder } =
    start && options.keepsEncoder
      ? freezeEncoder(whole, start.parameters)
      : { objective: whole, initial: start?.parameters, withEncoder: (learned: Float32Array) => learned };
  const identity = {
    objective: plantedCount > 0 ? "noise and defects" : "noise",
    unet: options.unet,
    sizes: [imageSize, patchSize, batchSize, plantedCount],
    timesteps: plantedCount > 0 ? [limit, ...timesteps] : [limit], // without planted defects all steps are alike
    ...(start && { start: start.version }),
    ...(options.keepsEncoder && { frozen: "encoder" }),
  };
  const training = {
    batches,
    length,
    tolerance: "none", // it learns from pictures as they are
    identity,
    step: { learningRate },
    initial,
  } as const;
  const trained = await trainNetwork(objective, training, context);
  return { unet, trained: { ...trained, average: withEncoder(trained.average) } };
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
