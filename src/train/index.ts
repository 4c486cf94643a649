/** Training: losses, optimisers, the training step, the loop and its checkpoints. */
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export {
  runTraining,
  type TrainingLength,
  type TrainingLoopOptions,
  type TrainingProgress,
  type TrainingResult,
} from "./loop.ts";
export { binaryCrossEntropy, meanAbsoluteError, meanSquaredError } from "./loss.ts";
export {
  type AdamWOptions,
  type AdamWState,
  adamW,
  clipByNorm,
  movingAverage,
  warmupCosine,
} from "./optimizer.ts";
export type { BatchSource } from "./step-session.ts";
export {
  type Goal,
  nextName,
  noiseObjective,
  type Objective,
  stateNames,
  type TrainStepOptions,
  trainedParameters,
  trainStepGraph,
} from "./train-step.ts";
