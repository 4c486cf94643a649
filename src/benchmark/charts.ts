/** Charts of a benchmark: accuracy against time, and the methods side by side on each set. */
import * as Plot from "@observablehq/plot";
import { chartColors, svg } from "../report/svg.ts";
import { type FigureName, figureStyles } from "./figures.ts";
import { type BenchmarkRow, figureOf, meanAndSpread, methodTitle } from "./summary.ts";

/** Colours that readers with any colour vision tell apart, on light and dark. @see Okabe and Ito 2008, "Color Universal Design" */
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8a8f98", "#a6761d"];

interface Point {
  readonly method: string;
  readonly milliseconds: number;
  readonly auroc: number;
}

/**
 * Image AUROC against milliseconds for one image: a small dot for each set, a large one with the method's name for the mean
 * over the sets.
 *
 * @returns null if no row has both.
 */
export function accuracyChart(rows: readonly BenchmarkRow[], sets: number): string | null {
  const points = rows.flatMap((row): Point[] => {
    const milliseconds = figureOf(row, "millisecondsP50").mean;
    const auroc = figureOf(row, "imageAuroc").mean;
    return milliseconds === null || auroc === null ? [] : [{ method: methodTitle(row), milliseconds, auroc }];
  });
  if (points.length === 0) return null;
  const methods = [...new Set(points.map(({ method }) => method))];
  const means = methods.map((method) =>
    meanPoint(
      points.filter((point) => point.method === method),
      sets,
    ),
  );
  const color = (point: Point): string => palette[methods.indexOf(point.method) % palette.length] ?? "";
  const place = { x: "milliseconds", y: "auroc", fill: color } as const;
  const slowest = Math.max(...points.map(({ milliseconds }) => milliseconds));
  const fastest = Math.min(...points.map(({ milliseconds }) => milliseconds));
  return svg("Image AUROC against milliseconds for one image", {
    width: 1000,
    height: 460,
    marginLeft: 52,
    marginTop: 30,
    marginRight: 30,
    x: {
      type: "log",
      domain: [fastest / 1.6, slowest * 2.5],
      label: "Milliseconds for one image, median (logarithmic axis)",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: (value: number) => String(value),
      ticks: 6,
      grid: true,
    },
    y: { label: "Image AUROC", labelArrow: "none", grid: true, nice: true, ticks: 6 },
    marks: [
      Plot.dot(points, { ...place, r: 3, fillOpacity: 0.45 }),
      Plot.dot(means, { ...place, r: 7, stroke: "var(--surface, white)", strokeWidth: 1.5 }),
      Plot.text(means, {
        x: "milliseconds",
        y: "auroc",
        text: "label",
        textAnchor: "start",
        dx: 11,
        fontWeight: 600,
      }),
    ],
  });
}

function meanPoint(points: readonly Point[], sets: number): Point & { readonly label: string } {
  const [first] = points;
  const method = first?.method ?? "";
  const mean = (values: readonly number[]): number => meanAndSpread(values).mean ?? 0;
  const milliseconds = Math.exp(mean(points.map((point) => Math.log(point.milliseconds)))); // the axis is logarithmic
  const label = points.length < sets ? `${method} (${points.length} of ${sets} sets)` : method;
  return { method, milliseconds, auroc: mean(points.map(({ auroc }) => auroc)), label };
}

const longestLabel = 36; // characters of a method beside its bars

function shortLabel(label: string): string {
  return label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1)}\u2026`;
}

const leastForText = 0.25; // mean from which a bar holds its number

const barFigures: readonly FigureName[] = ["imageAuroc", "f1", "aupro"];

/** The methods on one set: bars of image AUROC, F1 and AUPRO from 0 to 1, with the spread over seeds as a line. */
export function setChart(set: string, rows: readonly BenchmarkRow[]): string {
  const bars = rows.flatMap((row) =>
    barFigures.flatMap((name) => {
      const { mean, spread } = figureOf(row, name);
      if (mean === null) return [];
      const [low, high] = [Math.max(0, mean - (spread ?? 0)), Math.min(1, mean + (spread ?? 0))];
      return [
        {
          method: methodTitle(row),
          figure: figureStyles[name].title,
          mean,
          low,
          high,
          text: mean.toFixed(3),
        },
      ];
    }),
  );
  const methods = rows.map(methodTitle);
  const figures = barFigures.map((name) => figureStyles[name].title);
  const longest = Math.max(...methods.map((method) => method.length));
  return svg(`Image AUROC, F1 and AUPRO of every method on ${set}`, {
    width: 1000,
    height: 66 + 30 * methods.length,
    marginLeft: 20 + 7.5 * Math.min(longestLabel, longest),
    marginTop: 30,
    marginBottom: 30,
    x: { domain: [0, 1], label: null, grid: true, ticks: [0, 0.5, 1] },
    y: { domain: methods, label: null, tickSize: 0, padding: 0.25, tickFormat: shortLabel },
    fx: {
      domain: figures.filter((title) => bars.some(({ figure }) => figure === title)),
      label: null,
      padding: 0.1,
    },
    marks: [
      Plot.barX(bars, { fx: "figure", y: "method", x: "mean", fill: chartColors.normal, fillOpacity: 0.8 }),
      Plot.ruleY(
        bars.filter(({ low, high }) => low < high),
        {
          fx: "figure",
          y: "method",
          x1: "low",
          x2: "high",
          stroke: "currentColor",
          strokeWidth: 2,
        },
      ),
      ...[true, false].map((isInside) =>
        Plot.text(
          bars.filter(({ mean }) => mean >= leastForText === isInside),
          {
            fx: "figure",
            y: "method",
            x: isInside ? 0 : "high",
            text: "text",
            textAnchor: "start",
            dx: 6,
            fill: isInside ? "white" : "currentColor",
            fontWeight: 600,
          },
        ),
      ),
    ],
  });
}
