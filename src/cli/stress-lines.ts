/** What a detector tolerates, for a terminal. */
import { absent, formatMetric, formatPercent } from "../report/format.ts";
import type { StressFigures } from "../report/index.ts";

/** One line for each disturbance, under a heading; none for no rows. */
export function stressLines(rows: readonly StressFigures[]): string[] {
  if (rows.length === 0) return [];
  const share = ({ images, flagged }: StressFigures["good"]) =>
    images === 0 ? absent : formatPercent(flagged / images);
  const cells = [
    ["what it tolerates", "false alarms", "defects found", "AUROC"],
    ...rows.map(({ what, good, defective, auroc }) => [
      what,
      share(good),
      share(defective),
      formatMetric(auroc),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .replaceAll("\u00a0", " "),
  );
}
