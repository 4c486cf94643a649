/** radar-ad for Node: train a detector on good images, load it, find defects, measure how well. */

export {
  AbortError,
  BackendError,
  DataError,
  type ErrorCode,
  errorCodes,
  FileError,
  GraphError,
  OnnxFormatError,
  OptionError,
  RadarError,
  ShapeError,
  TrainingError,
} from "./base/errors.ts";
export { type Frame, type PixelFormat, pixelFormats } from "./base/frame.ts";
export type { AnomalyMap, DefectMask, LabelMap, RgbImage, Size } from "./base/raster.ts";
export type { Dataset, DatasetImage, SampleDepth, SkippedFile } from "./data/index.ts";
export type {
  Detection,
  DetectOneOptions,
  DetectOptions,
  Detector,
  DetectorDescription,
  Difference,
  GoodPictures,
  RuntimeCheck,
} from "./detectors/index.ts";
export { mapScaleOf } from "./evaluation/index.ts";
export { type MapRegion, type PicturePoint, regions } from "./metrics/regions.ts";
export {
  type DetectFilesOptions,
  decodeImage,
  detectFiles,
  type EvaluateFolderOptions as EvaluateOptions,
  encodePng,
  evaluateFolder as evaluate,
  type FileDetection,
  type FileInput,
  type FilePath,
  type FolderEvaluation,
  type ImageProgress,
  type LoadDetectorOptions,
  type LocateMode,
  loadDetectorFile as loadDetector,
  openDataset,
  type Picture,
  type PictureDetector,
  readImage,
  type ScoredFile,
  type TrainingData,
  type TrainOptions,
  type TrainSummary,
  train,
  type Verification,
  type VerifyDevice,
  type VerifyOptions,
  verifyModel as verify,
} from "./node/index.ts";
export { type OverlayOptions, overlay } from "./report/overlay.ts";
