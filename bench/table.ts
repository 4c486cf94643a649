/**
 * `npm run --silent table -- a.json b.json [--columns f1,aupro]`: results of `radar benchmark --output` as a Markdown table,
 * the rows of one file after those of the other.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { figureNames, markdownTable, parseBenchmark, shortColumns } from "../src/benchmark/index.ts";

const { values, positionals } = parseArgs({
  options: { columns: { type: "string" } },
  allowPositionals: true,
});
const names = values.columns?.split(",") ?? [];
const columns = figureNames.filter((name) => names.includes(name));
const unknown = names.find((name) => figureNames.every((figure) => figure !== name));
if (positionals.length === 0 || unknown !== undefined) {
  process.stderr.write(
    unknown === undefined
      ? "table: expected files that radar benchmark --output wrote, got none.\n"
      : `table: expected columns of ${figureNames.join(", ")}, got "${unknown}".\n`,
  );
  process.exit(2);
}
const rows = positionals.flatMap((path) => parseBenchmark(readFileSync(path, "utf8"), path).rows);
process.stdout.write(`${markdownTable({ rows }, columns.length > 0 ? columns : shortColumns)}\n`);
