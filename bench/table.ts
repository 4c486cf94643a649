/**
 * `npm run --silent table -- a.json b.json --columns f1,aupro` prints results of `radar benchmark --output` as a Markdown table;
 * `npm run table -- --update README.md` makes the tables of a page anew.
 */
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../src/node/atomic-file.ts";
import { resultsTable, withTables } from "./results-table.ts";

const args = process.argv.slice(2);
const folder = process.cwd();
try {
  if (args[0] === "--update") {
    for (const page of args.slice(1))
      await writeFileAtomic(page, withTables(readFileSync(page, "utf8"), folder));
  } else {
    process.stdout.write(`${resultsTable(args, folder)}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
