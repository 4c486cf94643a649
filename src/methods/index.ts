/** Methods: what learns from good images, each in its family's folder, and the training that makes a model file of it. */

export type { DiffusionOptions } from "./diffusion/diffusion-options.ts";
export { type NoiseName, noiseNames } from "./diffusion/fixed-noise.ts";
export { type GoodSplit, splitGood } from "./good-split.ts";
export type {
  FullSize,
  Learned,
  LearningContext,
  MethodOptions,
  NetworkStore,
  PreparedMethod,
  StoredNetwork,
  TrainingContext,
} from "./method.ts";
export { type MethodName, methodNames, prepareMethod, type TrainingOptions } from "./methods.ts";
export { type CommonOptions, type PresetName, presetNames, smallestSizePx } from "./options.ts";
export { type Backbone, openBackbone } from "./pretrained/backbone.ts";
export { type ClassifierName, classifierNames } from "./radar/feature-classifier.ts";
export { radarMethod } from "./radar/radar.ts";
export {
  type RadarOptions,
  type ResolvedRadarOptions,
  resolveRadarOptions,
  type StartName,
  startNames,
} from "./radar/radar-options.ts";
export type { FittedReadout, NetworkOutput, Readout } from "./radar/readout.ts";
export { type ScoringName, scoringNames } from "./radar/readouts.ts";
export { type HeldOutImage, type TrainedDetector, trainDetector } from "./train-detector.ts";
