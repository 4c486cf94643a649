/** `npm run --silent table -- results.json`: results of `radar benchmark --output` as the README's Markdown table. */
import { readFileSync } from "node:fs";
import { markdownTable, parseBenchmark } from "../src/benchmark/index.ts";

const [path = ""] = process.argv.slice(2);
if (path === "") {
  process.stderr.write("table: expected the file that radar benchmark --output wrote, got none.\n");
  process.exit(2);
}
process.stdout.write(`${markdownTable(parseBenchmark(readFileSync(path, "utf8"), path))}\n`);
