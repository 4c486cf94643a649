/** The comparison as a Markdown table. */
import { absent } from "../report/format.ts";
import type { BenchmarkDocument } from "./document.ts";
import { type FigureName, figureStyles } from "./figures.ts";
import { type BenchmarkRow, figureOf, type MeanAndSpread, methodTitle } from "./summary.ts";

/** Columns of a README's table. */
export const shortColumns: readonly FigureName[] = [
  "imageAuroc",
  "f1",
  "f1Max",
  "trivialF1",
  "pixelAuroc",
  "aupro",
  "aupimo",
  "trainingMinutes",
  "networkCalls",
  "millisecondsP50",
  "modelMb",
];

/**
 * A table with one row for each set and method: means, with ± the sample standard deviation over seeds where there are several.
 *
 * @param columns - Figures to show. Default {@link shortColumns}.
 */
export function markdownTable(
  { rows }: Pick<BenchmarkDocument, "rows">,
  columns: readonly FigureName[] = shortColumns,
): string {
  const heads = ["set", "method", ...columns.map((name) => figureStyles[name].title)];
  const lines = rows.map((row) => [
    cellText(row.set),
    cellText(methodTitle(row)),
    ...columns.map((name) => figureText(row, name)),
  ]);
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A figure as text: mean, and the spread where there is one. */
export function figureText(row: BenchmarkRow, name: FigureName): string {
  return meanText(figureOf(row, name), figureStyles[name].decimals);
}

function meanText({ mean, spread }: MeanAndSpread, decimals: number): string {
  if (mean === null) return absent;
  return spread === null || spread === 0 // what all seeds agree on is no estimate
    ? mean.toFixed(decimals)
    : `${mean.toFixed(decimals)} \u00b1 ${spread.toFixed(decimals)}`;
}

function cellText(text: string): string {
  return text.replaceAll("|", "\\|");
}
