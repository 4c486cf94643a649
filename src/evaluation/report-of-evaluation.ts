/** From an evaluation to the input of its report. */
import { formatNumber } from "../base/check.ts";
import type { DetectorDescription } from "../detectors/description.ts";
import { prCurve } from "../metrics/precision-recall.ts";
import { rocCurve } from "../metrics/roc.ts";
import type { EvaluationReportInput, ReportPictures, StressReport } from "../report/report-input.ts";
import { mapScaleOf } from "./detector-map-scale.ts";
import type { Evaluation } from "./evaluate.ts";

/** What a report says beyond the evaluation itself. */
export interface ReportOptions {
  /** What the detector tells of itself. */
  readonly description: DetectorDescription;
  /** The command that repeats the evaluation. */
  readonly command?: string;
  /** More facts to put before those of the detector, e.g. the data set and the date. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  /** What the detector tolerates, e.g. from `stressTest`. Default: not said. */
  readonly stress?: StressReport;
  /** Examples, e.g. from {@link drawPictures}. Default: none. */
  readonly pictures?: ReportPictures;
}

const noPictures: ReportPictures = { falseAlarms: [], misses: [], gallery: [] };

/** Input of `renderEvaluationReport`; curves are null where the test set lacks one of the classes. */
export function reportInputOf(evaluation: Evaluation, options: ReportOptions): EvaluationReportInput {
  const { description, command, facts = [], pictures = noPictures, stress } = options;
  const { metrics, results, skipped, notes } = evaluation;
  const scores = results.map((result) => result.score);
  const labels = results.map((result) => result.label);
  const hasBoth = labels.includes(0) && labels.includes(1);
  const hasPictures = pictures.falseAlarms.length + pictures.misses.length + pictures.gallery.length > 0;
  const isCalibrated = evaluation.thresholdOrigin === "calibration";
  const { falseAlarmRate, rule } = description.calibration;
  return {
    title: `${description.name}: ${description.method}, ${description.preset}`,
    facts: [...facts, ...factsOf(description)],
    ...(command === undefined ? {} : { command }),
    metrics,
    falseAlarmRate: isCalibrated && rule === "conformal" ? falseAlarmRate : null,
    thresholdRule: isCalibrated ? rule : "hand",
    images: results,
    curves: {
      roc: hasBoth ? rocCurve(scores, labels) : null,
      pr: hasBoth ? prCurve(scores, labels) : null,
    },
    pictures,
    mapScale: hasPictures ? mapScaleOf({ description }) : null,
    ...(stress !== undefined && { stress }),
    skipped,
    notes,
  };
}

function factsOf(description: DetectorDescription): [label: string, value: string][] {
  const { training, calibration, software } = description;
  const versions = Object.entries(software).map(([name, version]) => `${name} ${version}`);
  return [
    ["Method", `${description.method}, preset ${description.preset}`],
    ["Map read-out", description.scoring],
    ["Learned from", `${count(training.images, "good image")}, ${count(training.steps, "step")}`],
    ["Threshold from", count(calibration.images, "held-out good image")],
    ["Image size", `${description.imageSizePx} px, in patches of ${description.patchSizePx} px`],
    ["Network", `${megas(description.parameters)} parameters`],
    ["Seed", String(description.seed)],
    ["Training set", `SHA-256 ${training.contentHash.slice(0, 12)}`],
    ...(versions.length > 0 ? [["Software", versions.join(", ")] as [string, string]] : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function megas(parameters: number): string {
  return parameters < 1e6
    ? String(parameters)
    : `${formatNumber(Number((parameters / 1e6).toFixed(2)))} million`;
}
