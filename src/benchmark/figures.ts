/** The figures that methods are compared by: one flat record a run, and how each is called and written. */
import type { Figure } from "../report/format.ts";
import type { EvaluationMetrics } from "../report/report-input.ts";

/** Names of all figures, in the order of tables. */
export const figureNames = [
  "imageAuroc",
  "imageAveragePrecision",
  "f1",
  "f1Max",
  "trivialF1",
  "accuracy",
  "precision",
  "recall",
  "pixelAuroc",
  "pixelAveragePrecision",
  "aupro",
  "aupimo",
  "trainingMinutes",
  "networkCalls",
  "millisecondsP50",
  "millisecondsP99",
  "trainingMemoryMb",
  "scoringMemoryMb",
  "modelMb",
] as const;

/** One of {@link figureNames}. */
export type FigureName = (typeof figureNames)[number];

/** All figures of one run; null where the test set cannot give one. */
export type Figures = Readonly<Record<FigureName, number | null>>;

/** How a figure is shown. */
export interface FigureStyle {
  /** Heading of its column. */
  readonly title: string;
  /** Decimals. */
  readonly decimals: number;
  /** What it says, for the reader of a report. */
  readonly meaning: string;
}

/** How every figure is shown. */
export const figureStyles: Readonly<Record<FigureName, FigureStyle>> = {
  imageAuroc: style("image AUROC", 3, "chance that a defective image scores above a good one"),
  imageAveragePrecision: style("AP", 3, "area under the precision-recall curve of images"),
  f1: style("F1", 3, "F1 at the threshold that held-out good images set; test images never touch it"),
  f1Max: style("F1-max", 3, "F1 of the best threshold for these test images, which nobody knows beforehand"),
  trivialF1: style("trivial F1", 3, "F1 of calling every image defective"),
  accuracy: style("accuracy", 3, "share of right decisions at the threshold"),
  precision: style("precision", 3, "share of flagged images that are defective, at the threshold"),
  recall: style("recall", 3, "share of defective images that are flagged, at the threshold"),
  pixelAuroc: style("pixel AUROC", 3, "flattering where defects are small"),
  pixelAveragePrecision: style("pixel AP", 3, "average precision of pixels"),
  aupro: style("AUPRO", 3, "overlap with each defect region up to 30 % false positive pixels"),
  aupimo: style(
    "AUPIMO",
    3,
    "share of each defect found at 1e-5 to 1e-4 false positive pixels of good images",
  ),
  trainingMinutes: style("minutes", 1, "wall-clock minutes to train, calibration included"),
  networkCalls: style("calls", 0, "runs of a network for one image"),
  millisecondsP50: style("ms p50", 1, "median milliseconds to score one decoded image"),
  millisecondsP99: style("ms p99", 1, "99th percentile of the milliseconds for one image"),
  trainingMemoryMb: style("train MB", 0, "peak memory of the training's process, in MB"),
  scoringMemoryMb: style(
    "score MB",
    0,
    "peak memory of a process that loads the model and scores images, in MB",
  ),
  modelMb: style("model MB", 1, "size of the model file, in MB"),
};

function style(title: string, decimals: number, meaning: string): FigureStyle {
  return { title, decimals, meaning };
}

/** What is measured of a run besides its metrics. */
export interface RunCosts {
  readonly trainingSeconds: number;
  readonly networkCalls: number;
  readonly trainingMemoryBytes: number;
  readonly scoringMemoryBytes: number;
  readonly modelBytes: number;
}

/** The figures of one run. */
export function figuresOf({ image, pixel, secondsPerImage }: EvaluationMetrics, costs: RunCosts): Figures {
  return {
    imageAuroc: orNull(image.auroc),
    imageAveragePrecision: orNull(image.averagePrecision),
    f1: orNull(image.f1),
    f1Max: orNull(image.f1Max),
    trivialF1: orNull(image.trivialF1),
    accuracy: orNull(image.accuracy),
    precision: orNull(image.precision),
    recall: orNull(image.recall),
    pixelAuroc: orNull(pixel?.auroc),
    pixelAveragePrecision: orNull(pixel?.averagePrecision),
    aupro: orNull(pixel?.aupro),
    aupimo: orNull(pixel?.aupimo),
    trainingMinutes: costs.trainingSeconds / 60,
    networkCalls: costs.networkCalls,
    millisecondsP50: milliseconds(secondsPerImage.p50),
    millisecondsP99: milliseconds(secondsPerImage.p99),
    trainingMemoryMb: costs.trainingMemoryBytes / 1e6,
    scoringMemoryMb: costs.scoringMemoryBytes / 1e6,
    modelMb: costs.modelBytes / 1e6,
  };
}

function orNull(figure: Figure): number | null {
  return figure === undefined || Number.isNaN(figure) ? null : figure;
}

function milliseconds(seconds: Figure): number | null {
  const value = orNull(seconds);
  return value === null ? null : 1000 * value;
}
