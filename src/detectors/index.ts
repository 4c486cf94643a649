/** Detectors: trained from good images, stored as one ONNX file, loaded to score. */
export { type Backbone, openBackbone } from "./backbone.ts";
export {
  type ConformalThreshold,
  conformalPValue,
  conformalThreshold,
  contaminationThreshold,
} from "./calibration.ts";
export { type DetectorDescription, descriptionKey, detectorDescriptionSchema } from "./description.ts";
export type { Detection, Detector } from "./detector.ts";
export type { DiffusionOptions } from "./diffusion-options.ts";
export { type NoiseName, noiseNames } from "./fixed-noise.ts";
export { type Golden, goldenDifference, goldenKey, goldenSchema } from "./golden.ts";
export {
  fitIsolationForest,
  type IsolationForest,
  type IsolationForestOptions,
  isolationForestScores,
} from "./isolation-forest.ts";
export { describeModel, loadDetector } from "./load-detector.ts";
export type { AnomalyMaps, MapSource } from "./map-source.ts";
export type {
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
export { imageInput, resizePixels } from "./preprocess.ts";
export { radarMethod } from "./radar.ts";
export { type RadarOptions, type ResolvedRadarOptions, resolveRadarOptions } from "./radar-options.ts";
export { type ScoringName, scoringNames } from "./readout.ts";
export { stackPictures } from "./run-detector.ts";
export { type TrainedDetector, trainDetector } from "./train-detector.ts";
