/** Training the network of a method: one graph a step, checkpoints, a refusal to go on from another training. */
import { TrainingError } from "../base/errors.ts";
import type { Tolerance } from "../data/index.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { initialValues } from "../nn/index.ts";
import {
  type BatchSource,
  type Objective,
  runTraining,
  type TrainingLength,
  type TrainStepOptions,
  trainedParameters,
  trainStepGraph,
} from "../train/index.ts";
import type { LearningContext, StoredNetwork } from "./method.ts";

/** Counts changes of the training code after which stored networks are of no use any more. */
const version = 2;

/** How all networks are trained unless their method says otherwise (ours). */
const defaults = { warmupSteps: 30, maxGradientNorm: 1, emaDecay: 0.99, weightDecay: 0.01 } as const;

/**
 * Trains an objective's parameters to the end, or takes them from the store of trained networks.
 *
 * @param training - `batches`: feeds of the objective's inputs. `step`: the learning rate, and what differs from the defaults.
 * `identity`: plain data, all that decides what is trained besides images, seed, length and step; methods that say the same
 * share the network.
 * @throws {TrainingError} E_CHECKPOINT if `context.resume` is of other images or options; and all that `runTraining` throws.
 */
export async function trainNetwork(
  objective: Objective,
  training: {
    readonly batches: BatchSource;
    readonly length: TrainingLength;
    /** Whether the batches are also made of disturbed copies of the images. */
    readonly tolerance: Tolerance;
    readonly identity: unknown;
    readonly step: Pick<TrainStepOptions, "learningRate"> & Partial<TrainStepOptions>;
    /** Parameters to begin with, float32 [P]; `identity` tells them from others. Default: drawn at random. */
    readonly initial?: Float32Array | undefined;
  },
  context: LearningContext,
): Promise<StoredNetwork> {
  const { metadata, resume } = context;
  if (resume !== undefined && resume.metadata.training !== metadata.training) {
    throw new TrainingError(
      "E_CHECKPOINT",
      "resume: expected a checkpoint of the same images and options, got one of others. Use the options it was started with, or train again without `resume`.",
    );
  }
  const step = { ...defaults, ...training.step };
  const { identity, length, tolerance } = training;
  const decisive = {
    version,
    images: context.contentHash,
    ...(context.groups && { groups: context.groups }),
    tolerance,
    random: context.random.state(),
    identity,
    length,
    step,
  };
  const key = await contentHash([new TextEncoder().encode(JSON.stringify(decisive))]);
  const stored = await context.networks?.load(key);
  if (stored !== undefined) return stored;
  const trained = await runTraining({
    ...context,
    graph: trainStepGraph(objective, step),
    initial:
      training.initial ?? initialValues(trainedParameters(objective), context.random.split("parameters")),
    batches: training.batches,
    length,
    metadata,
  });
  await context.networks?.save(key, trained);
  return trained;
}
