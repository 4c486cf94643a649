/** radar-ad for Node: train a detector on good images, load it, find defects. */

export type { RgbImage } from "./base/raster.ts";
export type { Detection, Detector, DetectorDescription } from "./detectors/index.ts";
export { type TrainOptions, type TrainSummary, train } from "./node/index.ts";
