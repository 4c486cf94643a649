/** Markdown tables of benchmark results, and the pages that hold them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { OptionError } from "../src/base/errors.ts";
import { figureNames, markdownTable, parseBenchmark, shortColumns } from "../src/benchmark/index.ts";
import { tuningTable } from "./tuning-table.ts";

/** A page's table: the comment that says how it is made, and the rows that follow it. */
const markedTable = /^<!-- npm run table -- (.+) -->\n((?:\|.*\n)*)/gm;

/**
 * The table of what the arguments name: files that `radar benchmark --output` wrote, their rows set by set - one that a later file measured anew, as that one has it -,
 * and `--columns`; with `--tuning`, files that `npm run tune` wrote.
 *
 * @param folder - Where the files are named from.
 * @throws {OptionError} E_OPTION if there is no file or a column is unknown; {DataError} E_DATA if a file is no such document.
 */
export function resultsTable(args: readonly string[], folder: string): string {
  const options = { columns: { type: "string" }, tuning: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length === 0) {
    throw new OptionError(
      "table: expected files that radar benchmark --output or npm run tune wrote, got none.",
    );
  }
  if (values.tuning) return tuningTable(positionals, folder);
  const names = values.columns?.split(",") ?? shortColumns;
  const columns = names.map((name) => {
    const column = figureNames.find((figure) => figure === name);
    if (column !== undefined) return column;
    throw new OptionError(`table: expected columns of ${figureNames.join(", ")}, got "${name}".`);
  });
  const rows = positionals.flatMap(
    (path) => parseBenchmark(readFileSync(resolve(folder, path), "utf8"), path).rows,
  );
  const newest = new Map(rows.map((row) => [`${row.set} ${row.method}`, row])); // each where it first stood
  const sets = [...new Set(rows.map(({ set }) => set))];
  const grouped = sets.flatMap((set) => [...newest.values()].filter((row) => row.set === set));
  return markdownTable({ rows: grouped }, columns);
}

/** The page with every table that a comment `<!-- npm run table -- ... -->` announces made anew. */
export function withTables(page: string, folder: string): string {
  return page.replaceAll(
    markedTable,
    (_, args: string) => `<!-- npm run table -- ${args} -->\n${resultsTable(args.split(" "), folder)}\n`,
  );
}
