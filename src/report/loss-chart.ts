/** The loss of a training, step by step, as static SVG text. */
import * as Plot from "@observablehq/plot";
import { chartColors as colors, svg } from "./svg.ts";

/** One step. */
export interface LossPoint {
  /** From 1. */
  readonly step: number;
  readonly loss: number;
}

const shown = 300; // dots at most (ours)
const smoothing = 30; // a point of the line is the mean of one step in so many (ours)

/** Losses as dots, means of a thirtieth of the steps each as a line. @param losses - At least one, in order of their steps. */
export function lossChart(losses: readonly LossPoint[]): string {
  const finite = losses.filter(({ loss }) => Number.isFinite(loss));
  const isLogarithmic = finite.every(({ loss }) => loss > 0); // a critic's may be below 0
  const windows = windowsOf(finite);
  return svg(`Loss of ${losses.length} steps`, {
    width: 1000,
    height: 300,
    marginLeft: 56,
    x: { label: "Step", labelAnchor: "center", labelArrow: "none" },
    y: {
      label: isLogarithmic ? "Loss (logarithmic axis)" : "Loss",
      type: isLogarithmic ? "log" : "linear",
      grid: true,
      ticks: 5,
      tickFormat: (value: number) => String(Number(value.toPrecision(2))),
      labelArrow: "none",
    },
    marks: [
      Plot.dot(everyNth(finite), { x: "step", y: "loss", r: 1.5, fill: colors.chance }),
      Plot.line(windows, { x: "step", y: "loss", stroke: colors.normal, strokeWidth: 2.5 }),
    ],
  });
}

function everyNth(points: readonly LossPoint[]): LossPoint[] {
  const every = Math.ceil(points.length / shown);
  return points.filter((_, i) => i % every === 0);
}

/** Means of windows of steps, each half over the next. */
function windowsOf(points: readonly LossPoint[]): LossPoint[] {
  const size = Math.max(1, Math.ceil(points.length / smoothing));
  const stride = Math.max(1, Math.floor(size / 2));
  const means: LossPoint[] = [];
  for (let start = 0; start + size <= points.length; start += stride) {
    const window = points.slice(start, start + size);
    const mean = (of: (point: LossPoint) => number) =>
      window.reduce((sum, point) => sum + of(point), 0) / size;
    means.push({ step: mean(({ step }) => step), loss: mean(({ loss }) => loss) });
  }
  return means;
}
