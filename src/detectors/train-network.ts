/** Training the network of a method: one graph a step, checkpoints, a refusal to go on from another training. */
import { TrainingError } from "../base/errors.ts";
import { initialValues } from "../nn/index.ts";
import {
  type BatchSource,
  type Objective,
  runTraining,
  type TrainingLength,
  type TrainingResult,
  type TrainStepOptions,
  trainStepGraph,
} from "../train/index.ts";
import type { LearningContext } from "./method.ts";

/** How all networks are trained unless their method says otherwise (ours). */
const defaults = { warmupSteps: 30, maxGradientNorm: 1, emaDecay: 0.99, weightDecay: 0.01 } as const;

/**
 * Trains an objective's parameters to the end.
 *
 * @param training - `batches`: feeds of the objective's inputs. `step`: the learning rate, and what differs from the defaults.
 * @throws {TrainingError} E_CHECKPOINT if `context.resume` is of other images or options; and all that `runTraining` throws.
 */
export function trainNetwork(
  objective: Objective,
  training: {
    readonly batches: BatchSource;
    readonly length: TrainingLength;
    readonly step: Pick<TrainStepOptions, "learningRate"> & Partial<TrainStepOptions>;
  },
  context: LearningContext,
): Promise<TrainingResult> {
  const { metadata, resume } = context;
  if (resume !== undefined && resume.metadata.training !== metadata.training) {
    throw new TrainingError(
      "E_CHECKPOINT",
      "resume: expected a checkpoint of the same images and options, got one of others. Use the options it was started with, or train again without --resume.",
    );
  }
  return runTraining({
    ...context,
    graph: trainStepGraph(objective, { ...defaults, ...training.step }),
    initial: initialValues(objective.parameters, context.random.split("parameters")),
    batches: training.batches,
    length: training.length,
    metadata,
  });
}
