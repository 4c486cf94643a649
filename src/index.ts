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
  PartFault,
  RuntimeCheck,
} from "./detectors/index.ts";
export { partFaults, partFaultTexts } from "./detectors/part-fault.ts"; // not ./detectors/index.ts: an app loads what it uses
export { mapScaleOf } from "./evaluation/index.ts";
export { type MapRegion, type PicturePoint, regions } from "./metrics/regions.ts";
export { openDataset } from "./node/dataset-folder.ts"; // not ./node/index.ts: an app loads what it uses
export { type DetectFilesOptions, detectFiles, type FileDetection } from "./node/detect.ts";
export {
  type EvaluateFolderOptions as EvaluateOptions,
  evaluateFolder as evaluate,
  type FolderEvaluation,
} from "./node/evaluate.ts";
export type { FileInput, FilePath } from "./node/file-input.ts";
export { decodeImage, encodePng } from "./node/image-codec.ts";
export { readImage } from "./node/image-file.ts";
export { type LoadDetectorOptions, loadDetectorFile as loadDetector } from "./node/load-detector.ts";
export type { LocateMode } from "./node/locate-mode.ts";
export type { Picture } from "./node/picture.ts";
export type { PictureDetector } from "./node/picture-detector.ts";
export { train } from "./node/train.ts";
export type { ImageProgress, ScoredFile, TrainOptions, TrainSummary } from "./node/train-options.ts";
export type { TrainingData } from "./node/training-source.ts";
export {
  type Verification,
  type VerifyDevice,
  type VerifyOptions,
  verifyModel as verify,
} from "./node/verify.ts";
export { type OverlayOptions, overlay } from "./report/overlay.ts";
