/** radar-ad in a page: load a detector, find defects, train a new one. Everything computes in a worker; nothing leaves the page. */

export {
  AbortError,
  BackendError,
  DataError,
  type ErrorCode,
  errorCodes,
  FileError,
  OnnxFormatError,
  OptionError,
  RadarError,
  ShapeError,
  TrainingError,
} from "../base/errors.ts";
export { type Frame, type PixelFormat, pixelFormats } from "../base/frame.ts";
export type { AnomalyMap, Size } from "../base/raster.ts";
export type {
  Detection,
  DetectOneOptions,
  DetectOptions,
  DetectorDescription,
  Difference,
  GoodPictures,
  PartFault,
  RuntimeCheck,
  StageListener,
  StageProgress,
} from "../detectors/index.ts";
export { partFaults, partFaultTexts } from "../detectors/part-fault.ts";
export { type MethodName, methodNames, type PresetName, presetNames } from "../methods/index.ts";
export { type MapRegion, type PicturePoint, regions } from "../metrics/regions.ts";
export { type RuntimeFiles, type WebDevice, webDevices } from "../runtime/web.ts";
export type { TrainingLength } from "../train/index.ts";
export { hasWebGpu, type WebComputeOptions, type WebDeviceChoice } from "./device.ts";
export { loadDetector, type WebDetector, type WebLoadOptions } from "./load-detector.ts";
export type { LoadProgress, WebModel } from "./model-bytes.ts";
export type { WebPicture } from "./picture.ts";
export { estimateTraining, train, type WebTrainOptions } from "./train.ts";
export type { WebTrained, WebTrainProgress, WebTrainSettings } from "./train-settings.ts";
