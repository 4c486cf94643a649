/** Files scored one by one, with an overlay of each where wanted. */
import { dirname } from "node:path";
import { checkNumber, invariant } from "../base/check.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SkippedFile } from "../data/dataset.ts";
import type { Detection, Detector } from "../detectors/index.ts";
import { mapScaleOf } from "../evaluation/index.ts";
import { overlay } from "../report/overlay.ts"; // not index.ts: scoring loads nothing that draws charts
import { ensureFolder, writeFileAtomic } from "./atomic-file.ts";
import { encodePng } from "./image-codec.ts";
import { findImages } from "./image-inputs.ts";
import { checkOutputs, overlayMark } from "./output-path.ts";
import { overlayPaths } from "./overlay-paths.ts";
import { tryReadImage } from "./try-read.ts";

/** Options of {@link detect}. */
export interface DetectOptions {
  /** isAnomalous = score > threshold instead of the detector's own decision. Default: the detector's. */
  readonly threshold?: number | undefined;
  /** Whether a picture unlike the good ones is left out with its warnings, like one that cannot be read. Default false. */
  readonly isStrict?: boolean | undefined;
  /** Folder for overlays: each image under its heat map, with a line around what is marked. Made where missing. Default: none. */
  readonly output?: string | undefined;
  /** Called after each file with how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What a detector says of a file. */
export interface FileDetection {
  readonly path: string;
  /** Higher is more anomalous. */
  readonly anomalyScore: number;
  /** Conformal p-value, in (0, 1]; small is anomalous. */
  readonly pValue: number;
  readonly isAnomalous: boolean;
  /** In what the picture is unlike the good ones, one clause each; usually empty. */
  readonly warnings: readonly string[];
  /** Path of the overlay, a PNG; absent if none was wanted. */
  readonly map?: string;
}

/**
 * Scores files one by one, each when it is asked for; one picture is in memory at a time.
 *
 * A file that cannot be read comes as what went wrong with it, in its place; the others are scored all the same. Overlays have
 * the detector's absolute scale: one colour means one score in all of them.
 *
 * @param inputs - Files, folders with all images below, globs.
 * @throws {FileError} E_FILE if an input does not exist, an overlay cannot be written or would replace anything but an overlay;
 * {DataError} E_DATA if an input gives no image; {OptionError} E_OPTION if the threshold is no number; {BackendError};
 * {DataError} E_NOT_FINITE with the path of a file whose score or map is not finite: such a model is to be trusted with none.
 */
export async function* detect(
  detector: Detector,
  inputs: readonly string[],
  options: DetectOptions = {},
): AsyncGenerator<FileDetection | SkippedFile> {
  const { threshold, isStrict = false, output, onProgress } = options;
  if (threshold !== undefined) checkNumber("threshold", threshold);
  const paths = await findImages(inputs);
  const maps = output === undefined ? [] : overlayPaths(paths, output);
  await checkOutputs(
    maps.map((path) => ({ path, kind: "overlay" })),
    paths,
  );
  if (output !== undefined) await ensureFolder(output);
  for (const [i, path] of paths.entries()) {
    const image = await tryReadImage(path, detector.description.pictures?.depth);
    const result = "reason" in image ? image : await detectOne(image, path, maps[i]);
    onProgress?.(i + 1, paths.length);
    yield result;
  }

  async function detectOne(
    image: RgbImage,
    path: string,
    map: string | undefined,
  ): Promise<FileDetection | SkippedFile> {
    const [detection] = await detector.detect([image], { names: [path] });
    invariant(detection !== undefined, "a detector gave nothing for one image");
    const { anomalyScore, pValue, warnings } = detection;
    if (isStrict && warnings.length > 0) return { path, reason: unlikeGood(warnings) };
    const isAnomalous = threshold === undefined ? detection.isAnomalous : anomalyScore > threshold;
    if (map !== undefined) await writeOverlay(map, detector, { image, detection });
    return { path, anomalyScore, pValue, isAnomalous, warnings, ...(map !== undefined && { map }) };
  }
}

/** Warnings as one sentence. */
export function unlikeGood(warnings: readonly string[]): string {
  return `unlike the good pictures: ${warnings.join("; ")}.`;
}

async function writeOverlay(
  path: string,
  detector: Detector,
  { image, detection }: { image: RgbImage; detection: Detection },
): Promise<void> {
  const { maximum, threshold } = mapScaleOf(detector);
  const picture = overlay(image, detection.anomalyMap, { scaleMaximum: maximum, threshold });
  await ensureFolder(dirname(path));
  await writeFileAtomic(path, await encodePng(picture, { description: overlayMark }));
}
