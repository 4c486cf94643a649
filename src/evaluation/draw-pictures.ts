/** Examples for a report: the worst false alarms, the misses, some of every class. */

import type { DefectMask, RgbImage } from "../base/raster.ts";
import type { Detector } from "../detectors/detector.ts";
import { reportPicture } from "../report/picture.ts";
import { choosePictures } from "../report/picture-choice.ts";
import type { ReportImage, ReportPicture, ReportPictures } from "../report/report-input.ts";
import { mapScaleOf } from "./detector-map-scale.ts";

/** How examples are chosen, read and drawn. */
export interface DrawPicturesOptions {
  /** Reads an image again by the path of its result, with its mask or null. */
  readonly readImage: (path: string) => Promise<{ image: RgbImage; mask: DefectMask | null }>;
  /** Encoder for WebP, e.g. `encodeWebp` of `radar-ad/node`. */
  readonly encodeWebp: (image: RgbImage) => Promise<Uint8Array>;
  /** How many false alarms and misses at most. Default 4 (ours). */
  readonly worst?: number;
  /** How many of each class. Default 3 (ours). */
  readonly perClass?: number;
  /** Longer side of each panel in pixels. Default 192 (ours): what a report shows, four panels beside each other. */
  readonly sidePx?: number;
  /** Stops before the next picture; the promise is rejected with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws the examples of a report: image, heat map, overlay and true defects of each.
 *
 * The chosen images are read and scored again, one at a time, so that an evaluation need not keep pictures or maps. Heat
 * maps have the detector's absolute scale: one colour means one score in all pictures.
 *
 * @param detector - The one that gave the results.
 * @param results - Scored images of an evaluation.
 * @throws {OptionError} E_OPTION if a count or `sidePx` is out of range, or the detector's `mapMaximum` is not > 0.
 */
export async function drawPictures(
  detector: Detector,
  results: readonly ReportImage[],
  options: DrawPicturesOptions,
): Promise<ReportPictures> {
  const { readImage, encodeWebp, worst = 4, perClass = 3, sidePx = 192, signal } = options;
  const scale = mapScaleOf(detector);
  const choice = choosePictures(results, { worst, perClass });
  const drawn = new Map<ReportImage, ReportPicture>(); // one image may serve two purposes
  const draw = async (result: ReportImage): Promise<ReportPicture> => {
    const { image, mask } = await readImage(result.path);
    const { anomalyMap: map, lookedAt } = await detector.detectOne(image, { name: result.path, signal });
    const source = { result, image, map, lookedAt, mask: result.label === 1 ? mask : null };
    return await reportPicture(source, { scale, encodeWebp, sidePx });
  };
  const drawAll = async (chosen: readonly ReportImage[]): Promise<ReportPicture[]> => {
    const pictures: ReportPicture[] = [];
    for (const result of chosen) {
      const picture = drawn.get(result) ?? (await draw(result));
      drawn.set(result, picture);
      pictures.push(picture);
    }
    return pictures;
  };
  return {
    falseAlarms: await drawAll(choice.falseAlarms),
    misses: await drawAll(choice.misses),
    gallery: await drawAll(choice.gallery),
  };
}
