/** Files scored one after the other, with an overlay of each where wanted. */
import { dirname } from "node:path";
import { checkAborted } from "../base/abort.ts";
import {
  abortSignal,
  callback,
  checkOptions,
  finiteNumber,
  flag,
  type OptionChecks,
} from "../base/check-options.ts";
import { inOrder } from "../base/in-order.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SkippedFile } from "../data/dataset.ts";
import { checkDetector } from "../detectors/detector.ts";
import type { Detection, Detector, PartFault } from "../detectors/index.ts";
import { mapScaleOf } from "../evaluation/detector-map-scale.ts"; // not index.ts: scoring loads nothing that draws charts
import { overlay } from "../report/overlay.ts";
import { ensureFolder, prepareFolder, writeFileAtomic } from "./atomic-file.ts";
import { type FilePath, filePath, pathOf } from "./file-input.ts";
import { encodePng } from "./image-codec.ts";
import { findImages } from "./image-inputs.ts";
import { checkOutputs, overlayMark } from "./output-path.ts";
import { overlayPaths } from "./overlay-paths.ts";
import { tryReadImage } from "./try-read.ts";

/** Files in work besides those that are scored: one is decoded and one drawn (ours). */
const besides = 2;

/** Options of {@link detectFiles}. */
export interface DetectFilesOptions {
  /** isAnomalous = score > threshold instead of the detector's own decision. Default: the detector's. */
  readonly threshold?: number | undefined;
  /** Whether a picture unlike the good ones is left out with its warnings, like one that cannot be read. Default false. */
  readonly isStrict?: boolean | undefined;
  /** Folder for overlays: each image under its heat map, with a line around what is marked. Made where missing. Default: none. */
  readonly output?: FilePath | undefined;
  /** Stops before the next file; the next one asked for is rejected with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each file with how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const detectFilesChecks: OptionChecks<DetectFilesOptions> = {
  isStrict: flag,
  threshold: finiteNumber,
  output: filePath,
  signal: abortSignal,
  onProgress: callback,
};

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
  /** Of a model that finds a part first: why the picture does not show it as it should. */
  readonly partFault?: PartFault;
  /** Of a model with regions: the one with the highest score, and that of each. */
  readonly region?: string;
  readonly regionScores?: Readonly<Record<string, number>>;
  /** Path of the overlay, a PNG; absent if none was wanted. */
  readonly map?: string;
}

/**
 * Scores files in their order; while one is scored the next are decoded and the last are drawn. Two pictures more than the detector scores at a
 * time are in memory, however many there are, and no more are begun than that before they are asked for.
 *
 * A file that cannot be read comes as what went wrong with it, in its place; the others are scored all the same. Overlays have
 * the detector's absolute scale: one colour means one score in all of them.
 *
 * @param inputs - Files, folders with all images below, globs; one or a list.
 * @throws {FileError} E_FILE if an input does not exist, an overlay cannot be written or would replace anything but an overlay;
 * {DataError} E_DATA if an input gives no image; {OptionError} E_OPTION if an option is unknown or of another kind; {BackendError};
 * {DataError} E_NOT_FINITE with the path of a file whose score or map is not finite: such a model is to be trusted with none;
 * {AbortError} E_ABORTED with the signal's reason.
 */
export async function* detectFiles(
  detector: Detector,
  inputs: FilePath | readonly FilePath[],
  options: DetectFilesOptions = {},
): AsyncGenerator<FileDetection | SkippedFile> {
  checkDetector("detector", detector);
  checkOptions("detectFiles", options, detectFilesChecks);
  const { threshold, isStrict = false, signal, onProgress } = options;
  const output = options.output === undefined ? undefined : pathOf("output", options.output);
  const listed = Array.isArray(inputs) ? inputs : [inputs];
  const paths = await findImages(listed.map((input) => pathOf("inputs", input)));
  const maps = output === undefined ? [] : overlayPaths(paths, output);
  await checkOutputs(
    maps.map((path) => ({ path, kind: "overlay" })),
    paths,
  );
  if (output !== undefined) await prepareFolder(output);
  for (const folder of new Set(maps.map((path) => dirname(path)))) await ensureFolder(folder);
  let done = 0;
  for await (const result of inOrder(paths.entries(), detectFile, besides + (detector.parallel ?? 1))) {
    checkAborted(signal, "detect");
    onProgress?.(++done, paths.length);
    yield result;
  }

  async function detectFile([i, path]: [number, string]): Promise<FileDetection | SkippedFile> {
    checkAborted(signal, "detect");
    const image = await tryReadImage(path, detector.description.pictures?.depth);
    return "reason" in image ? image : detectOne(image, path, maps[i]);
  }

  async function detectOne(
    image: RgbImage,
    path: string,
    map: string | undefined,
  ): Promise<FileDetection | SkippedFile> {
    const detection = await detector.detectOne(image, { name: path, signal });
    const { anomalyScore, pValue, partFault, warnings, region, regionScores } = detection;
    if (isStrict && warnings.length > 0) return { path, reason: unlikeGood(warnings) };
    const isAnomalous = threshold === undefined ? detection.isAnomalous : anomalyScore > threshold;
    if (map !== undefined) await writeOverlay(map, detector, { image, detection });
    return {
      path,
      anomalyScore,
      pValue,
      isAnomalous,
      ...(partFault && { partFault }),
      ...(region !== undefined && { region, regionScores: regionScores ?? {} }),
      warnings,
      ...(map !== undefined && { map }),
    };
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
  const { anomalyMap, lookedAt } = detection;
  const picture = overlay(image, anomalyMap, { scaleMaximum: maximum, threshold, lookedAt });
  await writeFileAtomic(path, await encodePng(picture, { description: overlayMark }));
}
