/** Detectors: trained from good images, stored as one ONNX file, loaded to score. */
export {
  type ConformalThreshold,
  conformalPValue,
  conformalThreshold,
  contaminationThreshold,
} from "./calibration.ts";
export { type DetectorDescription, descriptionKey, detectorDescriptionSchema } from "./description.ts";
export type { Detection, Detector } from "./detector.ts";
export { type Golden, goldenDifference, goldenKey, goldenSchema } from "./golden.ts";
export {
  fitIsolationForest,
  type IsolationForest,
  type IsolationForestOptions,
  isolationForestScores,
} from "./isolation-forest.ts";
export { describeModel, loadDetector } from "./load-detector.ts";
export { imageInput, resizePixels } from "./preprocess.ts";
export { type RadarTrainingContext, type TrainedDetector, trainRadar } from "./radar.ts";
export {
  type PresetName,
  presetNames,
  type RadarOptions,
  type ResolvedRadarOptions,
  resolveRadarOptions,
  smallestSizePx,
} from "./radar-options.ts";
export { type ScoringName, scoringNames } from "./readout.ts";
export { stackPictures } from "./run-detector.ts";
