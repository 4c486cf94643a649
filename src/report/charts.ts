/** Charts of an evaluation as static SVG text. */
import * as Plot from "@observablehq/plot";
import { formatScore } from "./format.ts";
import { type ScoreAxis, scoreAxis, scoreBins } from "./score-axis.ts";
import { chartColors as colors, svg } from "./svg.ts";

/** What a chart needs to know of an image. */
export interface ScoredImage {
  /** Name of its class, e.g. "good" or "crack". */
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: number;
  /** Anomaly score; higher is more anomalous. */
  readonly score: number;
}

/** A ROC curve, as `rocCurve` of the metrics gives it. */
export interface RocPoints {
  /** Share of normal images above each threshold, rising from 0 to 1. */
  readonly falsePositiveRates: ArrayLike<number>;
  /** Share of defective images above each threshold, rising from 0 to 1. */
  readonly truePositiveRates: ArrayLike<number>;
}

/** A precision-recall curve, as `prCurve` of the metrics gives it. */
export interface PrPoints {
  /** Share of defective images among those above each threshold. */
  readonly precisions: ArrayLike<number>;
  /** Share of defective images above each threshold, rising from 0 to 1. */
  readonly recalls: ArrayLike<number>;
}

/** A point on a curve, both in [0, 1]: where the detector works at its threshold. */
export interface CurvePoint {
  /** Place along the horizontal axis. */
  readonly x: number;
  /** Place along the vertical axis. */
  readonly y: number;
}

const wide = 1000; // px; the page scales an SVG down where it is narrower
const scoreLabel = "Anomaly score, higher is more anomalous";

/** Histogram of the scores of good images above that of defective ones, on one axis, with the threshold. */
export function scoreHistogram(images: readonly ScoredImage[], threshold: number): string {
  const axis = scoreAxis(scoresOf(images), threshold);
  const groups = [0, 1].map((label) => images.filter((image) => image.label === label));
  const bars = groups.flatMap((group, label) =>
    scoreBins(scoresOf(group), axis, threshold, 50)
      .filter((bin) => bin.count > 0)
      .map((bin) => ({ ...bin, row: rowNames[label] })),
  );
  const rows = rowNames.filter((_, label) => (groups[label]?.length ?? 0) > 0);
  return svg(`Histogram of anomaly scores; threshold ${formatScore(threshold)}`, {
    width: wide,
    height: 70 + 130 * rows.length,
    marginLeft: 48,
    marginTop: 26,
    x: scaleOf(axis),
    y: { label: "Images", grid: true, tickFormat: "d", ticks: 4, interval: 1, nice: true },
    fy: { axis: null, domain: rows, padding: 0.12 },
    marks: [
      Plot.rectY(bars, {
        x1: "low",
        x2: "high",
        y: "count",
        fy: "row",
        fill: (bar) => (bar.row === rowNames[1] ? colors.defective : colors.normal),
      }),
      Plot.ruleY([0]),
      ...thresholdMarks(axis, threshold, rows[0]),
      Plot.text(rows, {
        fy: (row) => row,
        text: rowLabel(groups),
        frameAnchor: "top-right",
        dy: 4,
        fontWeight: 600,
      }),
    ],
  });
}

/** One row for each class: a tick for each image, a dot at the median, and the threshold through all rows. */
export function classStrip(images: readonly ScoredImage[], threshold: number): string {
  const axis = scoreAxis(scoresOf(images), threshold);
  const classes = [...new Map(images.map((image) => [image.className, image.label]))];
  const names = classes.sort((a, b) => a[1] - b[1]).map(([name]) => name);
  const colorOf = (image: ScoredImage) => (image.label === 1 ? colors.defective : colors.normal);
  return svg(`Anomaly scores of each class; threshold ${formatScore(threshold)}`, {
    width: wide,
    height: 76 + 34 * names.length,
    marginLeft: 24 + 7 * Math.min(longestName, Math.max(...names.map((name) => name.length), 4)),
    marginTop: 26,
    x: scaleOf(axis),
    y: { label: null, domain: names, tickSize: 0, tickFormat: shortName },
    marks: [
      Plot.tickX(images, {
        x: "score",
        y: "className",
        stroke: colorOf,
        strokeWidth: 2,
        strokeOpacity: 0.7,
        inset: 3,
      }),
      Plot.dot(
        images,
        Plot.groupY({ x: "median" }, { x: "score", y: "className", r: 5, fill: "currentColor" }),
      ),
      ...thresholdMarks(axis, threshold, undefined),
    ],
  });
}

/** ROC curve with the working point of the threshold, if it is known. */
export function rocChart(curve: RocPoints, point: CurvePoint | null): string {
  return curveChart("ROC curve", {
    line: pointsOf(curve.falsePositiveRates, curve.truePositiveRates),
    curve: "linear", // the area under straight lines is AUROC
    chance: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
    point,
    x: "False alarms, % of good images",
    y: "Found, % of defective images",
  });
}

/** Precision-recall curve with the working point, and the precision of calling everything defective as a dashed line. */
export function prChart(curve: PrPoints, point: CurvePoint | null, defectiveShare: number): string {
  return curveChart("Precision-recall curve", {
    line: pointsOf(curve.recalls, curve.precisions),
    curve: "step-before", // the area under these steps is the average precision
    chance: [
      { x: 0, y: defectiveShare },
      { x: 1, y: defectiveShare },
    ],
    point,
    x: "Recall: found, % of defective images",
    y: "Precision: defective, % of flagged images",
  });
}

interface CurveChart {
  readonly line: readonly CurvePoint[];
  readonly curve: "linear" | "step-before";
  readonly chance: readonly CurvePoint[];
  readonly point: CurvePoint | null;
  readonly x: string;
  readonly y: string;
}

function curveChart(title: string, { line, curve, chance, point, x, y }: CurveChart): string {
  const marked = point === null ? [] : [point];
  const at = point === null ? "" : "; the dot is the detector at its threshold";
  return svg(title + at, {
    width: 480,
    height: 430,
    marginLeft: 48,
    marginRight: 24,
    marginTop: 34,
    x: {
      label: x,
      domain: [0, 100],
      percent: true,
      grid: true,
      ticks: 5,
      labelAnchor: "center",
      labelArrow: "none",
    },
    y: { label: y, domain: [0, 100], percent: true, grid: true, ticks: 5, labelArrow: "none" },
    marks: [
      Plot.line(chance, { x: "x", y: "y", stroke: colors.chance, strokeDasharray: "4 4" }),
      Plot.line(line, { x: "x", y: "y", stroke: colors.normal, strokeWidth: 2.5, curve }),
      Plot.dot(marked, {
        x: "x",
        y: "y",
        r: 7,
        fill: colors.defective,
        stroke: "var(--surface, white)",
        strokeWidth: 2,
      }),
    ],
  });
}

const rowNames = ["good", "defective"];
const longestName = 26; // characters; about what 200 px hold

function scoresOf(images: readonly ScoredImage[]): number[] {
  return images.map((image) => image.score);
}

function rowLabel(groups: readonly (readonly ScoredImage[])[]): (row: string) => string {
  return (row) => `${row} (${groups[rowNames.indexOf(row)]?.length ?? 0})`;
}

function shortName(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1)}\u2026`;
}

function pointsOf(xs: ArrayLike<number>, ys: ArrayLike<number>): CurvePoint[] {
  return Array.from(xs, (x, i) => ({ x, y: ys[i] ?? 0 }));
}

function scaleOf(axis: ScoreAxis): Plot.ScaleOptions {
  const label = axis.type === "log" ? `${scoreLabel} (logarithmic axis)` : scoreLabel;
  const ticks = axis.type === "log" ? { tickFormat: formatScore, ticks: 6 } : { ticks: 8 };
  return { type: axis.type, domain: axis.domain, label, labelAnchor: "center", labelArrow: "none", ...ticks };
}

/** A dashed line at the threshold, named above the frame on the side that has room. */
function thresholdMarks(axis: ScoreAxis, threshold: number, row: string | undefined): Plot.Markish[] {
  if (!Number.isFinite(threshold)) return [];
  const isRight = threshold > (axis.domain[0] + axis.domain[1]) / 2;
  return [
    Plot.ruleX([threshold], {
      stroke: "currentColor",
      strokeWidth: 2,
      strokeDasharray: "5 4",
      ariaLabel: "threshold",
    }),
    Plot.text([threshold], {
      x: (value) => value,
      ...(row === undefined ? {} : { fy: () => row }),
      text: () => `threshold ${formatScore(threshold)}`,
      textAnchor: isRight ? "end" : "start",
      frameAnchor: "top",
      dx: isRight ? 3 : -3,
      dy: -14,
      fontWeight: 600,
    }),
  ];
}
