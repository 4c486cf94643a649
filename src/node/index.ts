/** Images, folders and files under Node. */
export { type NodeBackendOptions, nodeBackend } from "../runtime/node.ts";
export { checkWritable, ensureFolder, prepareFolder, writeFileAtomic } from "./atomic-file.ts";
export { type CalibrateOptions, type CalibrateSummary, calibrate } from "./calibrate.ts";
export { checkpointPathOf } from "./checkpoint-file.ts";
export { type OpenDatasetOptions, openDataset } from "./dataset-folder.ts";
export { maxPixels } from "./decode-samples.ts";
export { type DetectFilesOptions, detectFiles, type FileDetection, unlikeGood } from "./detect.ts";
export { type EvaluateFolderOptions, evaluateFolder, type FolderEvaluation } from "./evaluate.ts";
export {
  type ExportFigures,
  type ExportInt8Options,
  type ExportSummary,
  exportInt8,
} from "./export-int8.ts";
export type { FileInput, FilePath } from "./file-input.ts";
export { decodeImage, decodeMask, encodePng, encodeWebp } from "./image-codec.ts";
export { imageExtensions, isImagePath, readImage, readMask } from "./image-file.ts";
export { comparePaths, listFolders, listImages } from "./image-folder.ts";
export { type ImageFormat, imageFormat } from "./image-format.ts";
export { findImages } from "./image-inputs.ts";
export { type LoadDetectorOptions, loadDetectorFile, readModelFile } from "./load-detector.ts";
export {
  concurrentImages,
  type LoadedImage,
  type LoadedImages,
  type LoadImagesOptions,
  loadImages,
} from "./load-images.ts";
export { type LocateMode, locateModes } from "./locate-mode.ts";
export { type DiskNetworkStore, diskNetworkStore } from "./network-store.ts";
export { checkOutputs, filesOf, type OutputFile, type OutputKind } from "./output-path.ts";
export { overlayPaths } from "./overlay-paths.ts";
export { type PathKind, pathKind } from "./path-kind.ts";
export type { Picture } from "./picture.ts";
export type { PictureDetector } from "./picture-detector.ts";
export { writeRenderedFolder } from "./rendered-folder.ts";
export { packageVersion, softwareVersions } from "./software-versions.ts";
export { stressModel } from "./stress.ts";
export { train } from "./train.ts";
export type { ImageProgress, ScoredFile, TrainOptions, TrainSummary } from "./train-options.ts";
export type { TrainingData } from "./training-source.ts";
export {
  type Verification,
  type VerifyDevice,
  type VerifyOptions,
  verifyDevices,
  verifyModel,
} from "./verify.ts";
