/** Images, folders and files under Node. */
export { checkWritable, ensureFolder, writeFileAtomic } from "./atomic-file.ts";
export { type OpenDatasetOptions, openDataset } from "./dataset-folder.ts";
export { maxPixels } from "./decode-samples.ts";
export { type DetectOptions, detect, type FileDetection, unlikeGood } from "./detect.ts";
export { type EvaluateFolderOptions, evaluateFolder, type FolderEvaluation } from "./evaluate.ts";
export { decodeImage, decodeMask, encodePng } from "./image-codec.ts";
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
export { type DiskNetworkStore, diskNetworkStore } from "./network-store.ts";
export { checkOutputs, filesOf, type OutputFile } from "./output-path.ts";
export { overlayPaths } from "./overlay-paths.ts";
export { type PathKind, pathKind } from "./path-kind.ts";
export { writeRenderedFolder } from "./rendered-folder.ts";
export { packageVersion, softwareVersions } from "./software-versions.ts";
export { stressModel } from "./stress.ts";
export {
  checkpointPathOf,
  type ImageProgress,
  type ScoredFile,
  type TrainOptions,
  type TrainSummary,
  train,
} from "./train.ts";
export { type RuntimeCheck, verifyModel, verifyTolerance } from "./verify.ts";
