/** The figures of pixels over a test set, collected image by image. */
import { DataError } from "../base/errors.ts";
import type { DefectMask, Size } from "../base/raster.ts";
import type { Detection } from "../detectors/detector.ts";
import { PixelAccumulator } from "../metrics/pixel.ts";
import type { EvaluationMetrics } from "../report/report-input.ts";
import { fitWithin, maskCoverage, resizeLabels, resizeMap, resizeMask } from "../report/resample.ts";
import type { LabelledImage } from "./labelled-image.ts";

/** A map with what it was looked at. */
type Maps = Pick<Detection, "anomalyMap" | "lookedAt">;

/** Longer side in pixels up to which maps and masks are compared at the image's own size (ours: time, some 20 ms at 1024 px). */
export const defaultPixelSidePx = 1024;

/**
 * Compares anomaly maps with masks at the size of the images.
 *
 * A map is brought to its mask's size, that of a good image to the image's own; where the longer side exceeds the limit
 * both are brought to fit it. Defective images without a mask are left out. Until the first mask comes, maps are kept on
 * the detector's own grid: a test set without masks costs next to nothing.
 */
export class PixelFigures {
  readonly #sidePx: number;
  readonly #accumulator = new PixelAccumulator();
  #waiting: (readonly [maps: Maps, size: Size])[] = []; // good images before the first mask
  #masks = 0;
  #withoutMask = 0;
  #shrunk = 0;

  /** @param sidePx - Largest longer side in pixels at which maps and masks are compared, integer >= 1. */
  constructor(sidePx: number) {
    this.#sidePx = sidePx;
  }

  /**
   * Takes the map of one image.
   *
   * @param maps - Finite scores on any grid; what was not looked at does not count.
   * @throws {DataError} E_DATA if the mask's size differs from the image's.
   */
  add(item: LabelledImage, maps: Pick<Detection, "anomalyMap" | "lookedAt">): void {
    const { label, image, mask } = item;
    const { width, height } = image;
    if (label === 0) {
      if (this.#masks > 0) this.#rank(maps, { width, height }, null);
      else this.#waiting.push([maps, { width, height }]);
    } else if (mask === null) {
      this.#withoutMask++;
    } else {
      requireImageSize(item, mask);
      this.#masks++;
      for (const [earlier, size] of this.#waiting) this.#rank(earlier, size, null);
      this.#waiting = [];
      this.#rank(maps, mask, mask);
    }
  }

  /** The figures; null if there is no mask, or no normal or no defective pixel. */
  figures(): EvaluationMetrics["pixel"] {
    if (!this.#hasBothClasses()) return null;
    const { auroc, averagePrecision, aupro, aupimo, f1Max } = this.#accumulator.metrics();
    return { auroc, averagePrecision, aupro, aupimo, f1Max };
  }

  /** What a reader of the figures should know, one sentence each. */
  notes(): string[] {
    if (this.#masks === 0) {
      const any = this.#withoutMask > 0;
      return any ? ["No defective image has a mask, so there are no pixel figures."] : [];
    }
    const notes: string[] = [];
    if (!this.#hasBothClasses()) {
      notes.push("The masks show no defective or no normal pixel, so there are no pixel figures.");
    }
    if (this.#withoutMask > 0) {
      const left = this.#withoutMask === 1 ? "1 defective image" : `${this.#withoutMask} defective images`;
      notes.push(`The pixel figures leave out ${left} without a mask.`);
    }
    if (this.#shrunk > 0) {
      const [which, their] =
        this.#shrunk === 1 ? ["1 image is", "its"] : [`${this.#shrunk} images are`, "their"];
      notes.push(
        `${which} larger than ${this.#sidePx} px: for the pixel figures ${their} map and mask were brought to fit ${this.#sidePx} px.`,
      );
    }
    return notes;
  }

  #hasBothClasses(): boolean {
    return this.#accumulator.anomalousPixels > 0 && this.#accumulator.normalPixels > 0;
  }

  #rank({ anomalyMap, lookedAt }: Maps, size: Size, mask: DefectMask | null): void {
    const isShrunk = Math.max(size.width, size.height) > this.#sidePx;
    if (isShrunk) this.#shrunk++;
    const grid = isShrunk ? fitWithin(size, this.#sidePx) : size;
    const inside = mask === null || !isShrunk ? mask : shrunkMask(mask, grid);
    const looked = lookedAt === undefined ? null : resizeLabels(lookedAt, grid).data;
    const map = (): Float32Array => resizeMap(anomalyMap, grid).data; // kept on the detector's own grid
    this.#accumulator.add(map, inside?.data ?? null, grid.width, grid.height, looked);
  }
}

/**
 * Mask on a coarser grid: pixels that defects cover by half or more, so that areas stay what they were.
 *
 * Where nothing would be left of the whole mask, the pixels that it touches.
 */
function shrunkMask(mask: DefectMask, size: Size): DefectMask {
  const covered = Uint8Array.from(maskCoverage(mask, size), (share) => +(share >= 0.5));
  return covered.includes(1) ? { ...size, data: covered } : resizeMask(mask, size);
}

function requireImageSize({ path, maskPath, image }: LabelledImage, mask: DefectMask): void {
  if (mask.width === image.width && mask.height === image.height) return;
  throw new DataError(
    "E_DATA",
    `evaluate: expected a mask of ${image.width} x ${image.height} pixels, the size of its image ${path}, ` +
      `got ${mask.width} x ${mask.height} in ${maskPath ?? "its mask"}. Draw the mask on the image as it is in the data set.`,
  );
}
