/** What a detector tolerates: the same test set under each usual disturbance. */
import { invariant } from "../base/check.ts";
import { inOrder } from "../base/in-order.ts";
import type { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import {
  type Disturbance,
  disturbedImage,
  type NamedDisturbance,
  usualDisturbances,
} from "../data/disturbance.ts";
import type { Detector } from "../detectors/detector.ts";
import { auroc } from "../metrics/roc.ts";
import { reportPicture } from "../report/picture.ts";
import type { ReportImage, StressFigures, StressPicture } from "../report/report-input.ts";
import { mapScaleOf } from "./detector-map-scale.ts";
import type { EvaluationSource, LabelledImage } from "./labelled-image.ts";

/** How a detector is put to the test. */
export interface StressOptions {
  /** Draws the noise. */
  readonly random: Random;
  /** A picture through a real JPEG codec, e.g. sharp's. Default: what JPEG's quantisation does. */
  readonly reencode?: (image: RgbImage, quality: number) => Promise<RgbImage>;
  /** isAnomalous = score > threshold instead of the detector's own decision. Default: the detector's. */
  readonly threshold?: number | undefined;
  /** Called after each image with the number of images done so far. */
  readonly onProgress?: ((images: number) => void) | undefined;
}

const conditions: readonly NamedDisturbance[] = [
  { name: "none", what: "as they are", disturbance: {} },
  ...usualDisturbances,
];

/**
 * Scores every image as it is and under each of `usualDisturbances`.
 *
 * @param source - Images with labels; good ones alone give false alarms only. One is in memory at a time.
 * @returns A row for the images as they are, then one for each disturbance.
 */
export async function stressTest(
  detector: Detector,
  source: EvaluationSource,
  options: StressOptions,
): Promise<StressFigures[]> {
  const rows = conditions.map((condition) => ({
    ...condition,
    scores: [] as number[],
    labels: [] as number[],
    flagged: [0, 0] as [good: number, defective: number],
  }));
  let images = 0;
  for await (const item of source) {
    if ("reason" in item) continue;
    const score = (row: (typeof rows)[number]) =>
      detectDisturbed(detector, item.image, row.disturbance, options).then(({ detection }) => {
        row.scores.push(detection.anomalyScore);
        row.labels.push(item.label);
        if (isFlagged(detection, options.threshold)) row.flagged[item.label]++;
      });
    for await (const _ of inOrder(rows, score, detector.parallel ?? 1)); // noise is drawn as each is begun: in the order of rows
    options.onProgress?.(++images);
  }
  return rows.map(({ name, what, scores, labels, flagged }) => {
    const defective = labels.filter((label) => label === 1).length;
    const good = labels.length - defective;
    return {
      name,
      what,
      good: { images: good, flagged: flagged[0] },
      defective: { images: defective, flagged: flagged[1] },
      auroc: good > 0 && defective > 0 ? auroc(scores, labels) : null,
    };
  });
}

/**
 * Draws one image as it is and under each disturbance, for a report.
 *
 * @param image - A good one, best.
 */
export async function stressPictures(
  detector: Detector,
  image: LabelledImage,
  options: StressOptions & {
    readonly encodeWebp: (image: RgbImage) => Promise<Uint8Array>;
    readonly sidePx?: number;
  },
): Promise<StressPicture[]> {
  const { encodeWebp, sidePx = 192 } = options;
  const scale = mapScaleOf(detector);
  const pictures: StressPicture[] = [];
  for (const { what, disturbance } of conditions) {
    const { picture, detection } = await detectDisturbed(detector, image.image, disturbance, options);
    const result: ReportImage = {
      path: image.path,
      className: image.className,
      label: image.label,
      score: detection.anomalyScore,
      pValue: detection.pValue,
      isAnomalous: isFlagged(detection, options.threshold),
    };
    const drawn = await reportPicture(
      { result, image: picture, map: detection.anomalyMap, mask: null },
      { scale, encodeWebp, sidePx },
    );
    pictures.push({ what, picture: drawn });
  }
  return pictures;
}

async function detectDisturbed(
  detector: Detector,
  image: RgbImage,
  { jpeg, ...disturbance }: Disturbance,
  { random, reencode }: StressOptions,
) {
  const quality = jpeg === undefined || reencode !== undefined ? {} : { jpeg };
  const changed = disturbedImage(image, { ...disturbance, ...quality }, random);
  const picture = jpeg === undefined || reencode === undefined ? changed : await reencode(changed, jpeg);
  const [detection] = await detector.detect([picture]);
  invariant(detection !== undefined, "a detector gave nothing for one image");
  return { picture, detection };
}

function isFlagged(
  detection: { readonly anomalyScore: number; readonly isAnomalous: boolean },
  threshold: number | undefined,
): boolean {
  return threshold === undefined ? detection.isAnomalous : detection.anomalyScore > threshold;
}
