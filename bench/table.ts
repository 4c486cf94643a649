/**
 * `npm run --silent table -- a.json b.json --columns f1,aupro` prints results of `radar benchmark --output` as a Markdown table;
 * `npm run table -- --update README.md` makes the tables of a page anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resultsTable, withTables } from "./results-table.ts";

const [first = "", ...pages] = process.argv.slice(2);
if (first === "--update") {
  for (const page of pages) writeFileSync(page, withTables(readFileSync(page, "utf8"), process.cwd()));
} else {
  try {
    process.stdout.write(`${resultsTable(process.argv.slice(2), process.cwd())}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}
