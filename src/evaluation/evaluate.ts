/** How good a detector is on a test set: every figure from one pass over the images. */
import { checkAborted } from "../base/abort.ts";
import { checkInteger, checkNumber } from "../base/check.ts";
import type { SkippedFile } from "../data/dataset.ts";
import { checkFinite, type Detection, type Detector } from "../detectors/detector.ts";
import { type ClassSummary, classSummaries } from "../report/class-summary.ts";
import type { EvaluationMetrics, ReportImage } from "../report/report-input.ts";
import { imageFigures } from "./image-figures.ts";
import type { EvaluationSource, LabelledImage } from "./labelled-image.ts";
import { defaultPixelSidePx, PixelFigures } from "./pixel-figures.ts";

const listedWarnings = 5;

/** How a detector is evaluated. */
export interface EvaluateOptions {
  /** A clock in seconds that never goes back, e.g. `() => performance.now() / 1000`. */
  readonly now: () => number;
  /** isAnomalous = score > threshold instead of the detector's own decision. Default: the detector's. */
  readonly threshold?: number;
  /** Longer side in pixels above which maps and masks are shrunk for the pixel figures. Default 1024 (ours). */
  readonly pixelSidePx?: number;
  /** Stops before the next image; the promise is rejected with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each image with the number of images scored so far. */
  readonly onProgress?: (images: number) => void;
}

/** All that an evaluation found out. Plain data: it survives JSON. */
export interface Evaluation {
  /** The figures, exactly as `radar evaluate --json` prints them. */
  readonly metrics: EvaluationMetrics;
  /** Every scored image, in the order it came. */
  readonly results: readonly ReportImage[];
  /** Every class; good ones first, then by name. */
  readonly classes: readonly ClassSummary[];
  /** Files that could not be read. */
  readonly skipped: readonly SkippedFile[];
  /** Whether the threshold is the detector's own, from held-out good images, or was given by hand. */
  readonly thresholdOrigin: "calibration" | "given";
  /** What a reader of the figures should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Scores a test set image by image and measures how well defects are found.
 *
 * Timed is the call of `detect` alone, for one decoded image, after one untimed call on the first. Figures that the test
 * set cannot give are null: see {@link imageFigures} for one class, {@link PixelFigures} for masks and sizes.
 *
 * @param detector - A fitted detector.
 * @param source - Test images; one is in memory at a time.
 * @returns Figures, results of each image and class, files left out, remarks.
 * @throws {DataError} E_NOT_FINITE if a score or a map holds NaN or an infinity; E_DATA if a mask has another size than its image.
 * @throws {AbortError} E_ABORTED with the signal's reason.
 * @throws {OptionError} E_OPTION if `threshold` or `pixelSidePx` is out of range.
 */
export async function evaluate(
  detector: Detector,
  source: EvaluationSource,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { now, threshold, pixelSidePx = defaultPixelSidePx, signal, onProgress } = options;
  if (threshold !== undefined) checkNumber("threshold", threshold);
  checkInteger("pixelSidePx", pixelSidePx, { minimum: 1 });
  const results: ReportImage[] = [];
  const skipped: SkippedFile[] = [];
  const seconds: number[] = [];
  const pixels = new PixelFigures(pixelSidePx);
  for await (const item of source) {
    checkAborted(signal, "evaluate");
    if ("reason" in item) {
      skipped.push(item);
      continue;
    }
    const call = { name: item.path, signal };
    if (results.length === 0) await detector.detectOne(item.image, call); // warm-up
    const start = now();
    const detection = await detector.detectOne(item.image, call);
    seconds.push(now() - start);
    checkFinite(item.path, detection);
    results.push(resultOf(item, detection, threshold));
    pixels.add(item, detection);
    onProgress?.(results.length);
  }
  return {
    metrics: {
      image: imageFigures(results),
      pixel: pixels.figures(),
      threshold: threshold ?? detector.description.calibration.threshold,
      images: results.length,
      secondsPerImage: { p50: nearestRank(seconds, 0.5), p99: nearestRank(seconds, 0.99) },
    },
    results,
    classes: classSummaries(results),
    skipped,
    thresholdOrigin: threshold === undefined ? "calibration" : "given",
    notes: [...pixels.notes(), ...warningNotes(results)],
  };
}

function resultOf(
  { path, className, label }: LabelledImage,
  { anomalyScore: score, pValue, isAnomalous, partFault, warnings }: Detection,
  threshold: number | undefined,
): ReportImage {
  const decision = threshold === undefined ? isAnomalous : score > threshold;
  const unlike = warnings.length > 0 ? { warnings } : {};
  return {
    path,
    className,
    label,
    score,
    pValue,
    isAnomalous: decision,
    ...(partFault && { partFault }),
    ...unlike,
  };
}

/** A sentence on images that are unlike the good pictures, if there are any. */
function warningNotes(results: readonly ReportImage[]): string[] {
  const unlike = results.filter(({ warnings = [] }) => warnings.length > 0);
  const listed = unlike.slice(0, listedWarnings);
  if (unlike.length === 0) return [];
  const texts = listed.map(({ path, warnings = [] }) => `${path}: ${warnings.join("; ")}`);
  const more = unlike.length > listed.length ? `; and ${unlike.length - listed.length} more` : "";
  return [
    `${unlike.length} of ${results.length} images are unlike the good pictures that were learned from, so their scores may mean nothing: ${texts.join("; ")}${more}.`,
  ];
}

/** The smallest value that at least this share of the values does not exceed; null if there are none. */
function nearestRank(values: readonly number[], share: number): number | null {
  const rising = [...values].sort((a, b) => a - b);
  return rising[Math.ceil(share * rising.length) - 1] ?? null;
}
