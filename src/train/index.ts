/** Training: optimisers, the training step, the loop and its checkpoints. */
export {
  type AdamWOptions,
  type AdamWState,
  adamW,
  clipByNorm,
  movingAverage,
  warmupCosine,
} from "./optimizer.ts";
export {
  lossAndGradient,
  meanSquaredError,
  nextName,
  stateNames,
  type TrainStepOptions,
  trainStepGraph,
} from "./train-step.ts";
