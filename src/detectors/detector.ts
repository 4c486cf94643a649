/** What every detector does: score images and say how sure it is. */
import type { AnomalyMap, RgbImage } from "../base/raster.ts";
import type { DetectorDescription } from "./description.ts";

/** What a detector says of one image. */
export interface Detection {
  /** Pixel scores on the detector's own grid; higher is more anomalous. */
  readonly anomalyMap: AnomalyMap;
  /** Score of the whole image; higher is more anomalous. */
  readonly anomalyScore: number;
  /** Conformal p-value: chance that a normal image scores at least as high; in [1/(n + 1), 1]. */
  readonly pValue: number;
  /** anomalyScore > threshold (strict). */
  readonly isAnomalous: boolean;
}

/** A fitted detector. */
export interface Detector {
  /** What it is and how it was made. */
  readonly description: DetectorDescription;
  /**
   * Scores images in one network call.
   *
   * @param images - At least one, all of one size.
   * @returns One entry per image; the same whichever images share the call.
   * @throws {ShapeError} E_SHAPE if sizes differ; {BackendError} E_BACKEND if the runtime fails.
   */
  detect(images: readonly RgbImage[]): Promise<Detection[]>;
  /** Frees the model. */
  dispose(): Promise<void>;
}
