/** radar-ad for Node: train a detector on good images, load it, find defects, measure how well. */

export { type ErrorCode, errorCodes, RadarError } from "./base/errors.ts";
export type { AnomalyMap, DefectMask, RgbImage } from "./base/raster.ts";
export type { Dataset, DatasetImage, SampleDepth, SkippedFile } from "./data/index.ts";
export type { Detection, Detector, DetectorDescription, GoodPictures } from "./detectors/index.ts";
export {
  type DetectOptions,
  detect,
  type EvaluateFolderOptions,
  evaluateFolder as evaluate,
  type FileDetection,
  type FolderEvaluation,
  type LoadDetectorOptions,
  loadDetectorFile as loadDetector,
  readImage,
  type TrainOptions,
  type TrainSummary,
  train,
} from "./node/index.ts";
