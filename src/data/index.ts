/** Data sets, splits, patches and their symmetries: pure parts that need no file system. */
export { Random } from "../base/random.ts";
export { decodeBmp } from "./bmp.ts";
export { classCounts, type Dataset, type DatasetImage, type SkippedFile } from "./dataset.ts";
export {
  type Disturbance,
  disturbed,
  disturbedCopy,
  disturbedImage,
  disturbedPicture,
  type NamedDisturbance,
  randomDisturbance,
  type Tolerance,
  tolerances,
  usualDisturbances,
} from "./disturbance.ts";
export { jpegLoss } from "./jpeg-loss.ts";
export { PatchSampler, type PatchSamplerOptions, type PatchSamplerState } from "./patch-sampler.ts";
export { plantDefect } from "./planted-defect.ts";
export { modelRangeOfByte, toModelRange } from "./range.ts";
export { type SampleDepth, usualDepth } from "./sample-depth.ts";
export { type HoldOut, type HoldOutOptions, holdOut } from "./split.ts";
export { applySymmetry, type SourceWalk, type Symmetry, sourceWalk, symmetries } from "./symmetry.ts";
export { allowedSymmetries, type SymmetryEvidence, symmetryEvidence } from "./symmetry-choice.ts";
export { groupsOf, nearCopies } from "./together.ts";
