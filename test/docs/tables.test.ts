import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resultsTable, withTables } from "../../bench/results-table.ts";
import { readText, repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const pages = ["README.md", "docs/results.md"];

test.each(pages)("the tables of %s are what docs/results holds", (page) => {
  const text = readText(page);
  expect(text).toMatch(/^<!-- npm run table -- docs\/results\//m);
  expect(text).toBe(withTables(text, repository));
});

test("what a later file measured anew takes the place of the older row", () => {
  const older = "docs/results/paper-rivals.json";
  const document = JSON.parse(readText(older));
  const isRadarOnTiles = ({ set, method }: { set: string; method: string }): boolean =>
    set === "tile_patches" && method === "radar";
  const row = document.rows.find(isRadarOnTiles);
  row.figures.f1.mean = 0.123;
  const newer = folder.at("newer.json");
  writeFileSync(newer, JSON.stringify({ ...document, rows: [row] }));
  const table = (...files: string[]): string[] =>
    resultsTable([...files, "--columns", "f1"], repository).split("\n");
  const [before, both] = [table(older), table(older, newer)];
  const changed = both.filter((line, i) => line !== before[i]);
  expect(both.length).toBe(before.length);
  expect(changed).toEqual([expect.stringMatching(/^\| tile_patches \| radar \| 0\.123 /)]);
});

test("files and columns are checked", () => {
  expect(() => resultsTable([], repository)).toThrow(
    "table: expected files that radar benchmark --output or npm run tune wrote, got none.",
  );
  expect(() => resultsTable(["docs/results/balanced.json", "--columns", "f2"], repository)).toThrow(
    /^table: expected columns of imageAuroc, .*, got "f2"\.$/,
  );
});
