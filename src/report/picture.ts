/** The pictures of a report: image, heat map, overlay and true defects of one example, as WebP data URIs. */
import { checkInteger } from "../base/check.ts";
import type { AnomalyMap, DefectMask, LabelMap, RgbImage } from "../base/raster.ts";
import { decisionOf } from "./class-summary.ts";
import { formatScore } from "./format.ts";
import { heatMap, maskOutline, overlay } from "./overlay.ts";
import type { MapScale, ReportImage, ReportPanel, ReportPicture } from "./report-input.ts";
import { fitWithin, resizeImage, resizeMap } from "./resample.ts";

/** One example with its pixels. */
export interface PictureSource {
  /** What was measured on it. */
  readonly result: ReportImage;
  /** The picture, at any size. */
  readonly image: RgbImage;
  /** Its anomaly map, at any size. */
  readonly map: AnomalyMap;
  /** What was looked at, at any size; default: everything. */
  readonly lookedAt?: LabelMap | undefined;
  /** Its true defects; null if unknown or none. */
  readonly mask: DefectMask | null;
}

/** How examples are drawn. */
export interface PictureOptions {
  /** The detector's absolute scale, the same for all pictures of a report. */
  readonly scale: MapScale;
  /** Encoder for WebP, e.g. `encodeWebp` of `radar-ad/node`. */
  readonly encodeWebp: (image: RgbImage) => Promise<Uint8Array>;
  /** Longer side of each panel in pixels. Default 256 (ours): sharp at the width a report shows, some 10 kB a panel. */
  readonly sidePx?: number;
}

/**
 * Draws an example for a report.
 *
 * @returns Panels "image", "heat map", "overlay" and, with a mask, "true defect".
 * @throws {OptionError} E_OPTION if `sidePx` is not a positive integer or the scale is out of range.
 * @throws {ShapeError} E_SHAPE if pixel data does not fit its size.
 */
export async function reportPicture(source: PictureSource, options: PictureOptions): Promise<ReportPicture> {
  const { result, mask, lookedAt } = source;
  const { scale, encodeWebp, sidePx = 256 } = options;
  checkInteger("sidePx", sidePx, { minimum: 1 });
  const size = fitWithin(source.image, sidePx);
  const image = resizeImage(source.image, size);
  const map = resizeMap(source.map, size);
  const { maximum: scaleMaximum, threshold } = scale;
  const lineWidthPx = Math.max(1, Math.round(sidePx / 96)); // 2 at 192: still a line where the page shows it smaller
  const panel = async (caption: string, alt: string, picture: RgbImage): Promise<ReportPanel> => ({
    caption,
    alt: `${alt} ${result.path}`,
    dataUri: webpDataUri(await encodeWebp(picture)),
  });
  return {
    path: result.path,
    className: result.className,
    caption: resultCaption(result),
    panels: await Promise.all([
      panel("image", "Photo", image),
      panel("heat map", "Anomaly map of", heatMap(map, { scaleMaximum })),
      panel(
        "overlay",
        "Anomaly map laid over",
        overlay(image, map, { scaleMaximum, threshold, lineWidthPx, lookedAt }),
      ),
      ...(mask === null
        ? []
        : [panel("true defect", "Outline of the true defect in", maskOutline(image, mask, { lineWidthPx }))]),
    ]),
  };
}

/** A line on one image: its score, its p-value and the decision, with what it should have been. */
export function resultCaption(result: ReportImage): string {
  const pValue = result.pValue === null ? [] : [`p = ${formatScore(result.pValue)}`];
  return [`score ${formatScore(result.score)}`, ...pValue, decisionOf(result)].join(" \u00b7 ");
}

/** WebP bytes as a URI that needs no file. */
export function webpDataUri(webp: Uint8Array): string {
  let binary = "";
  for (const byte of webp) binary += String.fromCharCode(byte);
  return `data:image/webp;base64,${btoa(binary)}`;
}
