/** Per-image overlap: how much of the defects of each image is found before good images show false alarms. */
import { checkNumber } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { type PerImageKeys, PixelRanking, type ScoredMap } from "./pixel-ranking.ts";
import { type KeyedValues, sortedKeys, sortedPairs } from "./radix-sort.ts";
import { requireBothClasses } from "./tie-groups.ts";

/** Options of {@link aupimo}. */
export interface AupimoOptions {
  /** Shared false positive rates to integrate from and to, 0 < low < high <= 1. Default [1e-5, 1e-4] (paper). */
  readonly falsePositiveRates?: readonly [low: number, high: number];
}

/** Bounds of the shared false positive rate (Bertoldo et al. 2024, section 4). */
export const defaultFalsePositiveRates: readonly [low: number, high: number] = [1e-5, 1e-4];

/**
 * AUPIMO: mean, over the images with a defect, of the area under the image's recall against the shared false positive rate.
 *
 * The shared rate is the mean, over the images without any defect, of the share of their pixels above the threshold; normal
 * pixels beside a defect do not count. It runs on a logarithmic scale from 1e-5 to 1e-4, and the area is divided by the
 * scale's length ln(high / low): 1 means that every defect is covered before one pixel in 100 000 of a good image is marked.
 *
 * Exact: trapezoids on the logarithmic scale between all distinct scores (no sampled thresholds), interpolated at the bounds.
 * Below the lowest rate that is not 0 an image has the recall it reaches without any false positive, so a test set of few
 * normal pixels is judged by its highest normal scores.
 *
 * The values published for real data sets belong to anomaly maps that are not published with them, so they cannot be
 * repeated; the authors' small worked example (three images of a million pixels) is a test of this file.
 *
 * @param images - Maps with masks; a mask without any defect is that of a normal image.
 * @returns A number in [0, 1]; 0 for a constant score.
 * @throws {ShapeError} E_SHAPE if a map or mask has not width x height pixels.
 * @throws {DataError} E_DATA if a score is NaN; E_ONE_CLASS if there is no image without or none with a defect.
 * @throws {OptionError} E_OPTION if the bounds are not 0 < low < high <= 1.
 * @see Bertoldo et al. 2024, "AUPIMO: Redefining Visual Anomaly Detection Benchmarks with High Speed and Low Tolerance",
 * arXiv:2401.01984, equations 1 to 4
 * @example
 * const good = { map: Float32Array.of(0.1, 0.2), mask: null, width: 2, height: 1 };
 * const bad = { map: Float32Array.of(0.9, 0.1), mask: Uint8Array.of(1, 1), width: 2, height: 1 };
 * aupimo([good, bad]); //=> 0.5
 */
export function aupimo(images: Iterable<ScoredMap>, options: AupimoOptions = {}): number {
  const { falsePositiveRates = defaultFalsePositiveRates } = options;
  checkBounds(falsePositiveRates);
  const ranking = new PixelRanking();
  for (const image of images) ranking.add("aupimo", image);
  const { normalImages, anomalous } = ranking.perImage;
  const counts = { normal: normalImages, anomalous: anomalous.length };
  requireBothClasses("aupimo", counts, "images", "AUPIMO");
  return meanImageOverlap(ranking.perImage, falsePositiveRates);
}

/**
 * The mean area of {@link aupimo} from sort keys.
 *
 * @param keys - At least one image of each kind.
 * @param bounds - 0 < low < high <= 1.
 */
export function meanImageOverlap(keys: PerImageKeys, bounds: readonly [low: number, high: number]): number {
  const stretches = stretchesWithin(keys, bounds);
  const length = Math.log(bounds[1] / bounds[0]);
  const areas = keys.anomalous.map((image) => recallArea(sortedKeys([image]), stretches) / length);
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

/**
 * A piece of the rate's scale that one score of normal pixels covers: recall goes in a line, from that of all scores above it
 * (share `from` of the way to the one with it) to share `to` of the way.
 */
interface Stretch {
  /** Sort key of the score. */
  readonly key: number;
  /** Length on the logarithmic scale. */
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

function stretchesWithin(
  { normal, normalImages }: PerImageKeys,
  [low, high]: readonly [number, number],
): readonly Stretch[] {
  const highest: KeyedValues[] = [];
  const weights: number[] = [];
  for (const image of normal) {
    highest.push(highestKeys(image, highest.length, normalImages, high));
    weights.push(1 / (normalImages * image.length));
  }
  const { keys, values } = sortedPairs(highest);
  const stretches: Stretch[] = [];
  let rate = 0;
  for (let start = 0, end = 0; start < keys.length && rate < high; start = end) {
    const before = rate;
    for (; end < keys.length && keys[end] === keys[start]; end++) rate += weights[values[end] ?? 0] ?? 0;
    if (rate <= low) continue;
    const [first, last] = [Math.max(before, low), Math.min(rate, high)];
    const length = Math.log(last / first);
    const whole = Math.log(rate / before); // infinite from rate 0: then nothing of the rise counts
    const share = (at: number): number => (before === 0 ? 0 : Math.log(at / before) / whole);
    stretches.push({ key: keys[start] ?? 0, length, from: share(first), to: share(last) });
  }
  return stretches;
}

/**
 * The highest scores of a normal image: those that the shared rate can meet up to `high`. Ranked by its own pixels alone, one
 * further down has at least that share of this image, so more than `high` of all, above it.
 */
function highestKeys(image: Uint32Array, index: number, images: number, high: number): KeyedValues {
  const sorted = sortedKeys([image]);
  let count = Math.min(sorted.length, Math.ceil(high * images * sorted.length) + 1);
  while (count < sorted.length && sorted[count] === sorted[count - 1]) count++; // all of a tie, or none
  return { keys: sorted.slice(0, count), values: new Uint32Array(count).fill(index) };
}

/** Area under an image's recall; `keys` are those of its anomalous pixels, ascending. */
function recallArea(keys: Uint32Array, stretches: readonly Stretch[]): number {
  let above = 0;
  let area = 0;
  for (const { key, length, from, to } of stretches) {
    while (above < keys.length && (keys[above] ?? 0) < key) above++;
    let upTo = above;
    while (upTo < keys.length && keys[upTo] === key) upTo++;
    const rise = (upTo - above) * ((from + to) / 2);
    area += ((above + rise) / keys.length) * length;
    above = upTo;
  }
  return area;
}

function checkBounds([low, high]: readonly [number, number]): void {
  checkNumber("falsePositiveRates", low, { above: 0, maximum: 1 });
  checkNumber("falsePositiveRates", high, { above: 0, maximum: 1 });
  if (low < high) return;
  throw new OptionError(`falsePositiveRates: expected a lower and a higher rate, got [${low}, ${high}].`);
}
