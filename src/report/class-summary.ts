/** Counts and rates of an evaluation, class by class. */
import type { Figure } from "./format.ts";
import type { ReportImage } from "./report-input.ts";

/** One class of the test set at the threshold. */
export interface ClassSummary {
  /** Name of the class. */
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: number;
  /** Images in it. */
  readonly count: number;
  /** Images called defective. */
  readonly flagged: number;
  /** Mean anomaly score. */
  readonly meanScore: number;
  /** AUROC of the class against all good images; null for good ones and where there is none. */
  readonly auroc: Figure;
}

/** How many images of one kind there are, and how many are called defective. */
export interface FlaggedCount {
  /** Images called defective. */
  readonly flagged: number;
  /** Images in all. */
  readonly count: number;
}

/** One entry for each class, in the order of the report: good classes first, then by name. */
export function classSummaries(images: readonly ReportImage[]): ClassSummary[] {
  const normalScores = images.filter((image) => image.label === 0).map((image) => image.score);
  return imagesByClass(images).map((group) => summaryOf(group, normalScores));
}

/** The images of each class; good classes first, then by name. A class name with both labels makes two groups. */
export function imagesByClass(images: readonly ReportImage[]): ReportImage[][] {
  const groups = new Map<string, ReportImage[]>();
  for (const image of images) {
    const key = `${image.label} ${image.className}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [image]);
    else group.push(image);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** How many of the images with this label are called defective. */
export function flaggedCount(images: readonly ReportImage[], label: number): FlaggedCount {
  const ofLabel = images.filter((image) => image.label === label);
  return { flagged: ofLabel.filter((image) => image.isAnomalous).length, count: ofLabel.length };
}

/** The decision on an image in one word or two: found, missed, false alarm or accepted. */
export function decisionOf(image: Pick<ReportImage, "label" | "isAnomalous">): string {
  if (image.label === 1) return image.isAnomalous ? "found" : "missed";
  return image.isAnomalous ? "false alarm" : "accepted";
}

/**
 * 95 % interval of a rate from a count (Wilson's score interval).
 *
 * @param hits - Number of hits, 0 .. count.
 * @param count - Number of trials, >= 1.
 * @see Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22
 */
export function wilsonInterval(hits: number, count: number): readonly [low: number, high: number] {
  const z = 1.959964; // 97.5 % quantile of the standard normal
  const rate = hits / count;
  const shrink = 1 + (z * z) / count;
  const center = (rate + (z * z) / (2 * count)) / shrink;
  const half = (z / shrink) * Math.sqrt((rate * (1 - rate)) / count + (z * z) / (4 * count * count));
  return [hits === 0 ? 0 : center - half, hits === count ? 1 : center + half];
}

function summaryOf(group: readonly ReportImage[], normalScores: readonly number[]): ClassSummary {
  const { className = "", label = 0 } = group[0] ?? {};
  const scores = group.map((image) => image.score);
  return {
    className,
    label,
    ...flaggedCount(group, label),
    meanScore: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    auroc: label === 1 ? chanceOfHigher(scores, normalScores) : null,
  };
}

/** AUROC by counting pairs, ties one half; null where a side is empty. */
function chanceOfHigher(scores: readonly number[], others: readonly number[]): Figure {
  if (scores.length === 0 || others.length === 0) return null;
  let wins = 0;
  for (const score of scores) {
    for (const other of others) wins += score > other ? 1 : score === other ? 0.5 : 0;
  }
  return wins / (scores.length * others.length);
}
