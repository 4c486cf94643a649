/** Pictures and tables of what `growth.ts` measured: `npx tsx bench/growth-charts.ts docs/results/growth.json docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawnCharts, growthTables } from "./growth-drawing.ts";

const [from = "docs/results/growth.json", docs = "docs"] = process.argv.slice(2);
const figures = JSON.parse(readFileSync(from, "utf8"));
for (const [name, text] of Object.entries(drawnCharts(figures)))
  writeFileSync(join(docs, "images", `growth-${name}.svg`), text);

const page = join(docs, "performance.md");
const mark = /(<!-- growth tables -->\n)[\s\S]*?(<!-- end of growth tables -->)/;
const text = readFileSync(page, "utf8");
if (!mark.test(text))
  throw new Error(`${page}: expected the comments "growth tables" and "end of growth tables", got none.`);
writeFileSync(
  page,
  text.replace(mark, (_, start: string, end: string) => `${start}${growthTables(figures)}${end}`),
);
