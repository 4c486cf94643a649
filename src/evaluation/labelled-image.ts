/** What an evaluation is fed with, image by image. */
import type { DefectMask, RgbImage } from "../base/raster.ts";
import type { DatasetImage, SkippedFile } from "../data/dataset.ts";

/** A decoded test image with what is known about it. */
export interface LabelledImage extends DatasetImage {
  /** The picture, at its own size. */
  readonly image: RgbImage;
  /** Its true defects, of the picture's size; null if unknown. Ignored for good images: all their pixels are normal. */
  readonly mask: DefectMask | null;
}

/** Test images one by one, so that only one is in memory; a file that could not be read comes as what went wrong with it. */
export type EvaluationSource =
  | AsyncIterable<LabelledImage | SkippedFile>
  | Iterable<LabelledImage | SkippedFile>;
