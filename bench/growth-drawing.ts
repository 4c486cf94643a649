/** Charts and Markdown tables of what `growth.ts` measured. */
import * as Plot from "@observablehq/plot";
import { svg } from "../src/report/svg.ts";
import {
  type GrowthFigures,
  type GrowthPoint,
  growthExponent,
  type ImagesPoint,
  shareOfLimit,
} from "./growth-figures.ts";

/** Colours that readers with any colour vision tell apart; a picture of its own has no page to take them from. */
const colors = { first: "#0072b2", second: "#c2410c", limit: "#6b7280" } as const;

interface Line {
  readonly name: string;
  readonly color: string;
  readonly dash: string;
  readonly symbol: Plot.SymbolType;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

/** SVG texts by name; of parts that were not measured there are none. */
export function drawnCharts(figures: GrowthFigures): Readonly<Record<string, string>> {
  const { side, width, batch, score, scoreBatch, images } = figures;
  return {
    ...(side && { side: chartOf(side, 1, stepAxes("side", "Side of the picture, pixels")) }),
    ...(width && { width: chartOf(width, 1, stepAxes("width", "Width of the network, channels")) }),
    ...(batch && { batch: chartOf(batch, 1, stepAxes("batch", "Pictures a step")) }),
    ...(score && {
      score: chartOf(score, 1000, {
        title: "Milliseconds to score one picture, by its side",
        x: "Side of the picture, pixels",
        y: "Milliseconds",
      }),
    }),
    ...(scoreBatch && {
      "score-batch": chartOf(scoreBatch, 1000, {
        title: "Milliseconds to score a batch, by its pictures",
        x: "Pictures in one call",
        y: "Milliseconds a call",
      }),
    }),
    ...(images && { images: imagesChart(images) }),
  };
}

/** Tables of all parts, each beside its limit, with a line of space after each. */
export function growthTables(figures: GrowthFigures): string {
  const { side, width, batch, score, scoreBatch, images } = figures;
  const tables = [
    side && pointTable("step, side", "s", side),
    width && withExponent("width", pointTable("step, width", "s", width), width),
    batch && withExponent("pictures a step", pointTable("step, batch", "s", batch), batch),
    score && pointTable("score, side", "ms", score),
    scoreBatch &&
      withExponent("pictures a call", pointTable("score, pictures a call", "ms", scoreBatch), scoreBatch),
    images && imagesTable(images),
  ];
  return tables
    .filter((table) => table !== undefined)
    .map((table) => `\n${table}\n`)
    .join("");
}

function stepAxes(by: string, x: string): Omit<Axes, "lines"> {
  return { title: `Seconds of a training step, by ${by}`, x, y: "Seconds a step" };
}

/** A line for each number of threads, and its limit, dashed. */
function chartOf(points: readonly GrowthPoint[], scale: number, axes: Omit<Axes, "lines">): string {
  const counts = [...new Set(points.map(({ threads }) => threads))];
  const lines = counts.flatMap((count, i): Line[] => {
    const own = points.filter(({ threads }) => threads === count);
    const color = i === 0 ? colors.first : colors.second;
    const name = `${count} thread${count === 1 ? "" : "s"}`;
    const at = (y: (point: GrowthPoint) => number) =>
      own.map((point) => ({ x: point.value, y: scale * y(point) }));
    const symbol = i === 0 ? "circle" : "square";
    return [
      { name, color, dash: "none", symbol, points: at(({ seconds }) => seconds) },
      {
        name: `limit, ${name}`,
        color,
        dash: i === 0 ? "2 4" : "8 4",
        symbol: i === 0 ? "triangle" : "diamond",
        points: at(({ limitSeconds }) => limitSeconds),
      },
    ];
  });
  return chart({ ...axes, lines });
}

function imagesChart(points: readonly ImagesPoint[]): string {
  const at = (y: (point: ImagesPoint) => number) => points.map((point) => ({ x: point.images, y: y(point) }));
  return chart({
    title: "Seconds of fitting and calibration, by number of training images",
    x: "Training images",
    y: "Seconds",
    lines: [
      {
        name: "fitting",
        color: colors.first,
        dash: "none",
        symbol: "circle",
        points: at((point) => point.fittingSeconds),
      },
      {
        name: "calibration",
        color: colors.second,
        dash: "none",
        symbol: "square",
        points: at((point) => point.calibratingSeconds),
      },
      {
        name: "limit of both",
        color: colors.limit,
        dash: "2 4",
        symbol: "triangle",
        points: at(limitOfImages),
      },
    ],
  });
}

/** Both axes logarithmic: a power of the value is a straight line, its exponent the slope. Lines are named at their right ends. */
function chart({ title, x, y, lines }: Axes): string {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const axis = { type: "log", labelAnchor: "center", labelArrow: "none", grid: true } as const;
  const drawn = svg(title, {
    width: 640,
    height: 360,
    marginLeft: 56,
    marginRight: 150,
    marginTop: 30,
    style: { fontSize: "13px", background: "white", color: "#222" }, // a picture of its own: the page's colours do not reach it
    x: { ...axis, label: `${x} (logarithmic)`, ticks: xs, tickFormat: String },
    y: {
      ...axis,
      labelAnchor: "top",
      label: `${y} (logarithmic)`,
      ticks: 6,
      tickFormat: (value: number) => String(Number(value.toPrecision(2))),
    },
    marks: lines.flatMap((line, i) => [
      Plot.line(line.points, {
        x: "x",
        y: "y",
        stroke: line.color,
        strokeWidth: 2,
        strokeDasharray: line.dash,
      }),
      Plot.dot(line.points, {
        x: "x",
        y: "y",
        r: 4,
        symbol: line.symbol,
        fill: line.color,
        stroke: "white",
      }),
      Plot.text(line.points.slice(-1), {
        x: "x",
        y: "y",
        text: () => line.name,
        textAnchor: "start",
        dx: 10,
        dy: lines.length > 3 ? ([0, 9, -9, 0][i] ?? 0) : 0, // one thread's limit and two threads end close together
        fill: line.color,
      }),
    ]),
  });
  return drawn.replace(/^<svg (?![^>]*xmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg" '); // a file needs it, a page does not
}

function limitOfImages(point: ImagesPoint): number {
  return (point.fittingPictures + point.calibratingPictures) * point.limitSecondsPerPicture;
}

const digits = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number) => `${Math.round(100 * share)} %`;

function pointTable(name: string, unit: "s" | "ms", points: readonly GrowthPoint[]): string {
  const scale = unit === "ms" ? 1000 : 1;
  const rows = points.map((point) =>
    [
      point.value,
      point.cellPx ?? "",
      point.threads,
      digits(point.gflop),
      digits(scale * point.seconds),
      digits(scale * point.limitSeconds),
      percent(shareOfLimit(point)),
    ].join(" | "),
  );
  return [
    `| ${name} | cells, px | threads | GFLOP | ${unit} | limit, ${unit} | reached |`,
    "|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}

function withExponent(of: string, table: string, points: readonly GrowthPoint[]): string {
  const limits = points.map(({ value, limitSeconds }) => ({ value, seconds: limitSeconds }));
  const [own, limit] = [growthExponent(points).toFixed(2), growthExponent(limits).toFixed(2)];
  return `${table}\n\nTime grows with the ${of} to the power of ${own}, the limit with that of ${limit}.`;
}

function imagesTable(points: readonly ImagesPoint[]): string {
  const megabytes = (bytes: number) => digits(bytes / 1e6);
  const rows = points.map((point) => {
    const taken = point.fittingSeconds + point.calibratingSeconds;
    return [
      point.images,
      digits(point.fittingSeconds),
      digits(point.calibratingSeconds),
      point.fittingPictures + point.calibratingPictures,
      digits(limitOfImages(point)),
      percent(limitOfImages(point) / taken),
      megabytes(point.peakBytes),
      megabytes(point.pictureBytes),
    ].join(" | ");
  });
  return [
    "| images | fitting, s | calibration, s | pictures scored in both | limit of both, s | reached | peak memory, MB | the pictures alone, MB |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}
