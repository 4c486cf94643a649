/** Markdown table of what `npm run tune` found. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { tuningDocumentSchema } from "./tuning-document.ts";

const header = [
  "| method | trials | mean before | mean after | changed |",
  "| --- | --- | --- | --- | --- |",
];

/**
 * One row for each method: trials, the mean figure of its own settings and of the best, and what differs.
 *
 * @param paths - Files that `npm run tune` wrote.
 * @param folder - Where they are named from.
 * @throws {DataError} E_DATA if a file is no such document.
 */
export function tuningTable(paths: readonly string[], folder: string): string {
  const rows = paths.flatMap((path) => {
    const parsed = tuningDocumentSchema.safeParse(JSON.parse(readFileSync(resolve(folder, path), "utf8")));
    if (!parsed.success) {
      throw new DataError("E_DATA", `${path}: expected a file that npm run tune wrote, got another.`);
    }
    return parsed.data.methods.map(({ method, own, trials, chosen }) => {
      const best = Math.max(
        ...trials.filter(({ changes }) => isSame(changes, chosen)).map(({ mean }) => mean),
      );
      const changed = Object.entries(chosen).map(
        ([name, value]) => `${name} ${shown(own[name])} → ${shown(value)}`,
      );
      const figures = [trials[0]?.mean ?? Number.NaN, best].map((mean) => mean.toFixed(3));
      return `| ${[method, trials.length, ...figures, changed.join(", ") || "–"].join(" | ")} |`;
    });
  });
  return [...header, ...rows].join("\n");
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Small fractions as 1/n. */
function shown(value: unknown): string {
  if (typeof value !== "number" || value === 0) return String(value);
  const parts = 1 / value;
  const isFraction = parts > 5 && Math.abs(parts - Math.round(parts)) < 1e-6 && parts < 200;
  return isFraction ? `1/${Math.round(parts)}` : String(value);
}
