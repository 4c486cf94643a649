/// <reference lib="esnext.disposable" preserve="true" />
/** What every detector does: score images and say how sure it is. */
import { describe, formatNumber } from "../base/check.ts";
import { DataError, OptionError } from "../base/errors.ts";
import type { Frame } from "../base/frame.ts";
import type { AnomalyMap, LabelMap } from "../base/raster.ts";
import type { DetectorDescription } from "./description.ts";
import type { PartFault } from "./part-fault.ts";

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
  /** Of a model that finds a part first: why the picture does not show it as it should; such a picture is anomalous. Absent where it does. */
  readonly partFault?: PartFault;
  /** What was looked at, on the map's grid; absent where everything is. */
  readonly lookedAt?: LabelMap;
  /** Of a model with regions: the one with the highest score. */
  readonly region?: string;
  /** Of a model with regions: the highest pixel score of each, by name. */
  readonly regionScores?: Readonly<Record<string, number>>;
  /** In what the image is unlike the good pictures, one clause each: its score may mean nothing. Usually empty. */
  readonly warnings: readonly string[];
}

/**
 * Throws unless score and map are finite. A NaN would pass every comparison unseen: it is never above a threshold.
 *
 * @param name - Names the picture.
 * @throws {DataError} E_NOT_FINITE with the picture, and where in its map.
 */
export function checkFinite(name: string, { anomalyScore, anomalyMap }: Detection): void {
  if (!Number.isFinite(anomalyScore)) throw notFinite(name, "score", anomalyScore);
  const at = anomalyMap.data.findIndex((score) => !Number.isFinite(score));
  if (at < 0) return;
  const [x, y] = [at % anomalyMap.width, Math.floor(at / anomalyMap.width)];
  throw notFinite(name, `map at x = ${x}, y = ${y}`, anomalyMap.data[at] ?? Number.NaN);
}

function notFinite(name: string, what: string, value: number): DataError {
  return new DataError(
    "E_NOT_FINITE",
    `${name}: expected a finite number for its anomaly ${what}, got ${formatNumber(value)}. The model overflowed on this picture: no score of it is to be trusted. Train it again.`,
  );
}

/** How images are scored. */
export interface DetectOptions {
  /** What messages call the images, e.g. their paths. Default: `images[0]`, `images[1]` ... */
  readonly names?: readonly string[] | undefined;
  /** Ends the call: at once for its caller, and before the network runs where it has not begun. */
  readonly signal?: AbortSignal | undefined;
}

/** How one image is scored. */
export interface DetectOneOptions {
  /** What messages call the image, e.g. its path. Default "image". */
  readonly name?: string | undefined;
  /** As in {@link DetectOptions}. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes sure that it is one that was loaded. @throws {OptionError} E_OPTION if it is none, such as the path of a model. */
export function checkDetector(name: string, detector: Pick<Detector, "description">): void {
  if (typeof detector === "object" && detector !== null && "description" in detector) return;
  throw new OptionError(
    `${name}: expected a loaded detector, got ${describe(detector)}. loadDetector makes one of a model file.`,
  );
}

/** A fitted detector. */
export interface Detector {
  /** What it is and how it was made. */
  readonly description: DetectorDescription;
  /** Calls that are made at a time; others wait. Absent: one. */
  readonly parallel?: number;
  /**
   * Scores images in one network call; calls are begun in the order they came, {@link Detector.parallel} at a time.
   *
   * @param images - At least one, all of one size. They may be written over as soon as this returns.
   * @returns One entry per image; the same whichever images share the call.
   * @throws {ShapeError} E_SHAPE if sizes differ, E_DTYPE if pixels are no bytes; {OptionError} E_OPTION if one is no picture;
   * {BackendError} E_BACKEND if the runtime fails; {DataError} E_NOT_FINITE if a score or a map is not finite; {AbortError}
   * E_ABORTED with the signal's reason; {RadarError} E_DISPOSED after {@link Detector.dispose}.
   */
  detect(images: readonly Frame[], options?: DetectOptions): Promise<Detection[]>;
  /** Scores one image; see {@link Detector.detect}. */
  detectOne(image: Frame, options?: DetectOneOptions): Promise<Detection>;
  /** Frees the model once the calls made so far have ended; more than once is as once. */
  dispose(): Promise<void>;
  /** {@link Detector.dispose}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
