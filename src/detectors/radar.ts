/** Training a RADAR detector: from good images to the bytes of a model file. */
import { DataError, TrainingError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { allowedSymmetries, type HoldOut, holdOut, type Symmetry } from "../data/index.ts";
import { noiseSchedule } from "../diffusion/index.ts";
import { initialValues, namedParameters, parameterCount, UNet } from "../nn/index.ts";
import type { Backend } from "../runtime/backend.ts";
import {
  type Checkpoint,
  defectObjective,
  noiseObjective,
  type Objective,
  runTraining,
  type TrainingProgress,
  trainStepGraph,
} from "../train/index.ts";
import { conformalThreshold } from "./calibration.ts";
import { contentHash } from "./content-hash.ts";
import type { DetectorDescription } from "./description.ts";
import { fitDetector } from "./fit.ts";
import { RadarBatches } from "./radar-batches.ts";
import type { ResolvedRadarOptions } from "./radar-options.ts";
import { readouts } from "./readout.ts";

/** What a training needs besides images and options. */
export interface RadarTrainingContext {
  readonly backend: Backend;
  /** Monotonic clock in seconds. */
  readonly now: () => number;
  /** Name of the detector. */
  readonly name: string;
  /** Files that could not be read. */
  readonly skipped: number;
  /** Versions of what trains, for the model file. */
  readonly software: Readonly<Record<string, string>>;
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after every training step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** What the loop is doing outside its steps, e.g. "calibrating", for people. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /** Where checkpoints go; see `TrainingLoopOptions`. */
  readonly saveCheckpoint?: ((bytes: Uint8Array) => Promise<void>) | undefined;
}

/** A trained detector. */
export interface TrainedDetector {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
}

const timestepLimit = 400; // of 1000: scoring looks at low noise only (ours)
const plantedShare = 0.5; // of a batch, where the scoring needs a defect head (ours)
const heldOutFraction = 0.2; // of the good images, for the threshold (ours)
const tuningFraction = 0.125; // of the others, for the scales of the maps (ours)

/**
 * Trains, fits the score on the images learned from, and calibrates on held-out ones.
 *
 * @param images - Good images as the model resizes them, uint8 [3, S, S] each, S = options.imageSize.
 * @throws {DataError} E_DATA if there are fewer than two images, or all are the same; E_FALSE_ALARM_RATE if there are too few
 * to hold out for the rate; {TrainingError} as `runTraining`.
 */
export async function trainRadar(
  images: readonly Uint8Array[],
  options: ResolvedRadarOptions,
  context: RadarTrainingContext,
): Promise<TrainedDetector> {
  const random = new Random(options.seed);
  const split = holdOut(images.length, { fraction: heldOutFraction, random: random.split("hold out") });
  requireDifferent(images);
  conformalThreshold(new Float32Array(split.calibration.length), options.falseAlarmRate); // fails before the work
  const pick = (indices: readonly number[]) => indices.map((i) => images[i] ?? new Uint8Array());
  const { train, calibration: tuning } = tuningSplit(split.train, random);
  const learned = pick(train);
  const hash = await contentHash(images);
  const symmetries = allowedSymmetries(learned, options.imageSize, 3);
  const readout = readouts[options.scoring];
  const unet = new UNet({ ...options.unet, imageChannels: 3, outputChannels: readout.plantsDefects ? 4 : 3 });
  const result = await trainNetwork(unet, learned, { options, context, random, symmetries, hash });

  context.onStage?.("calibrating");
  const network = {
    unet,
    parameters: result.average,
    imageSizePx: options.imageSize,
    patchSizePx: options.patchSize,
    readout,
    random,
  };
  const { backend } = context;
  const { imageSize, patchSize, preset, scoring, seed, batchSize, unet: widths, learningRate } = options;
  return fitDetector(network, {
    learned,
    tuning: pick(tuning),
    heldOut: pick(split.calibration),
    falseAlarmRate: options.falseAlarmRate,
    backend,
    describe: (calibration) => ({
      format: 1,
      name: context.name,
      method: "radar",
      preset,
      scoring,
      imageSizePx: imageSize,
      patchSizePx: patchSize,
      parameters: parameterCount(namedParameters(unet)),
      seed,
      software: { ...context.software, runtime: backend.name },
      training: {
        images: learned.length,
        tuningImages: tuning.length,
        skipped: context.skipped,
        steps: result.steps,
        batchSize,
        finalLoss: result.finalLoss,
        contentHash: hash,
        symmetries,
      },
      calibration,
      options: { ...widths, learningRate, timestepLimit, falseAlarmRate: options.falseAlarmRate },
    }),
  });
}

async function trainNetwork(
  unet: UNet,
  images: readonly Uint8Array[],
  run: {
    options: ResolvedRadarOptions;
    context: RadarTrainingContext;
    random: Random;
    symmetries: readonly Symmetry[];
    hash: string;
  },
): ReturnType<typeof runTraining> {
  const { options, context, random } = run;
  const { batchSize, patchSize } = options;
  const metadata = { training: JSON.stringify({ options, contentHash: run.hash }) };
  if (context.resume !== undefined && context.resume.metadata.training !== metadata.training) {
    throw new TrainingError(
      "E_CHECKPOINT",
      "resume: expected a checkpoint of the same images and options, got one of others. Use the options it was started with, or train again without --resume.",
    );
  }
  const readout = readouts[options.scoring];
  const plantedCount = readout.plantsDefects ? Math.floor(batchSize * plantedShare) : 0;
  const objective = objectiveOf(unet, [batchSize, 3, patchSize, patchSize], plantedCount);
  const graph = trainStepGraph(objective, {
    learningRate: options.learningRate,
    warmupSteps: 30,
    maxGradientNorm: 1,
    emaDecay: 0.99,
    weightDecay: 0.01,
  });
  return runTraining({
    ...context,
    graph,
    initial: initialValues(objective.parameters, random.split("parameters")),
    batches: new RadarBatches(images, {
      imageSizePx: options.imageSize,
      patchSizePx: patchSize,
      batchSize,
      plantedCount,
      symmetries: run.symmetries,
      timestepLimit,
      scoringTimestep: readout.timestep,
      random: random.split("batches"),
    }),
    length: options.length,
    metadata,
  });
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

/** Images for the maps' scales, neither learned from nor calibrated with; a single image has to do for both. */
function tuningSplit(indices: readonly number[], random: Random): HoldOut {
  if (indices.length < 2) return { train: [...indices], calibration: [...indices] };
  const places = holdOut(indices.length, { fraction: tuningFraction, random: random.split("tuning") });
  const pick = (chosen: readonly number[]) => chosen.map((place) => indices[place] ?? 0);
  return { train: pick(places.train), calibration: pick(places.calibration) };
}

function requireDifferent(images: readonly Uint8Array[]): void {
  const [first] = images;
  if (first === undefined) return;
  const isSame = (image: Uint8Array) => image.every((value, i) => value === first[i]);
  if (!images.every(isSame)) return;
  throw new DataError(
    "E_DATA",
    `train: expected good images that differ, got ${images.length} times the same picture. A detector needs to see how good parts vary.`,
  );
}
