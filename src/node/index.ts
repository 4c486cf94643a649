/** Images, folders and files under Node. */
export { checkWritable, ensureFolder, writeFileAtomic } from "./atomic-file.ts";
export { openDataset } from "./dataset-folder.ts";
export {
  decodeImage,
  decodeMask,
  encodePng,
  type ImageFormat,
  imageFormat,
  maxPixels,
} from "./image-codec.ts";
export { imageExtensions, isImagePath, readImage, readMask } from "./image-file.ts";
export { comparePaths, listFolders, listImages } from "./image-folder.ts";
export { findImages } from "./image-inputs.ts";
export {
  concurrentImages,
  type LoadedImage,
  type LoadedImages,
  type LoadImagesOptions,
  loadImages,
} from "./load-images.ts";
export { type PathKind, pathKind } from "./path-kind.ts";
export { packageVersion, softwareVersions } from "./software-versions.ts";
export { type TrainOptions, type TrainSummary, train } from "./train.ts";
