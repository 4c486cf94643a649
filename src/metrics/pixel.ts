/** Pixel metrics of a whole test set from one sort of its anomalous pixels. */
import { defaultFalsePositiveRates, meanImageOverlap } from "./per-image-overlap.ts";
import { PixelRanking } from "./pixel-ranking.ts";
import { BestF1, PrecisionArea } from "./precision-recall.ts";
import {
  type AuproOptions,
  checkLimit,
  defaultFalsePositiveRateLimit,
  OverlapArea,
} from "./region-overlap.ts";
import { RocArea } from "./roc.ts";
import { requireBothClasses } from "./tie-groups.ts";

/** How well anomaly maps find the defects' pixels, pooled over all images. */
export interface PixelMetrics {
  /** Area under the ROC curve of all pixels, in [0, 1]. */
  readonly auroc: number;
  /** Average precision of all pixels, in (0, 1]. */
  readonly averagePrecision: number;
  /** Best F1 over all thresholds, in (0, 1]. */
  readonly f1Max: number;
  /** score > threshold (strict) gives `f1Max`; -Infinity if calling every pixel anomalous is best. */
  readonly f1MaxThreshold: number;
  /** Area under the per-region overlap curve up to the limit, divided by the limit, in [0, 1]. */
  readonly aupro: number;
  /**
   * Area under the per-image recall curve at shared false positive rates of 1e-5 to 1e-4, in [0, 1]; null without an image
   * that is normal as a whole. See `aupimo`.
   */
  readonly aupimo: number | null;
}

/**
 * Collects anomaly maps and gives the exact pixel metrics over all of them.
 *
 * A copy of each map is kept, 4 bytes a pixel, or what makes it again; an anomalous pixel costs 8 bytes more, and three times
 * that while the metrics are read. No thresholds are sampled; equal scores are one step of every curve.
 *
 * @example
 * const pixels = new PixelAccumulator();
 * pixels.add(Float32Array.of(0.9, 0.1), Uint8Array.of(1, 0), 2, 1);
 * pixels.add(Float32Array.of(0.2, 0.3), null, 2, 1);
 * pixels.metrics().auroc; //=> 1
 */
export class PixelAccumulator {
  readonly #ranking = new PixelRanking();

  /** Normal pixels so far. */
  get normalPixels(): number {
    return this.#ranking.counts.normal;
  }

  /** Anomalous pixels so far. */
  get anomalousPixels(): number {
    return this.#ranking.counts.anomalous;
  }

  /** Defect regions so far: 8-connected components of the masks. */
  get regionCount(): number {
    return this.#ranking.regionCount;
  }

  /**
   * Takes the map of one image; images may differ in size.
   *
   * @param map - Anomaly scores, float32 [height * width], row-major; higher is more anomalous. Copied, not changed. Or what
   * gives them, the same each time: called now and twice for every reading of the metrics, so that they need not be kept.
   * @param mask - uint8 [height * width], non-zero inside defects; null if the whole image is normal.
   * @param width - Pixels per row, integer >= 1.
   * @param height - Rows, integer >= 1.
   * @param looked - uint8 [height * width], 0 where pixels do not count. Default: all count.
   * @throws {ShapeError} E_SHAPE if `map` or `mask` has not width x height pixels.
   * @throws {DataError} E_DATA if a score is NaN. Nothing is taken then.
   * @throws {OptionError} E_OPTION if `width` or `height` is not such an integer.
   */
  add(
    map: Float32Array | (() => Float32Array),
    mask: Uint8Array | null,
    width: number,
    height: number,
    looked: Uint8Array | null = null,
  ): void {
    const kept = typeof map === "function" ? map : map.slice();
    this.#ranking.add("PixelAccumulator.add", { map: kept, mask, width, height, looked });
  }

  /**
   * The metrics of all maps so far; more may be added afterwards.
   *
   * @param options - `falsePositiveRateLimit` of AUPRO, in (0, 1]; default 0.3.
   * @throws {DataError} E_ONE_CLASS if there are no normal or no anomalous pixels.
   * @throws {OptionError} E_OPTION if the limit is not in (0, 1].
   */
  metrics(options: AuproOptions = {}): PixelMetrics {
    const { falsePositiveRateLimit = defaultFalsePositiveRateLimit } = options;
    checkLimit(falsePositiveRateLimit);
    const { counts, regionCount } = this.#ranking;
    requireBothClasses("PixelAccumulator.metrics", counts, "mask pixels", "AUROC");
    const roc = new RocArea();
    const precision = new PrecisionArea(counts.anomalous);
    const best = new BestF1(counts.anomalous);
    const overlapArea = new OverlapArea(counts.normal, regionCount, falsePositiveRateLimit);
    this.#ranking.visit((score, anomalous, normal, overlap) => {
      roc.add(anomalous, normal);
      precision.add(anomalous, normal);
      best.add(score, anomalous, normal);
      overlapArea.add(normal, overlap);
    });
    const { f1, threshold } = best.value();
    const { perImage } = this.#ranking;
    return {
      auroc: roc.value(),
      averagePrecision: precision.value(),
      f1Max: f1,
      f1MaxThreshold: threshold,
      aupro: overlapArea.value(),
      aupimo: perImage.normalImages > 0 ? meanImageOverlap(perImage, defaultFalsePositiveRates) : null,
    };
  }
}
