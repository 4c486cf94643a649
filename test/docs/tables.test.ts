import { expect, test } from "vitest";
import { resultsTable, withTables } from "../../bench/results-table.ts";
import { readText, repository } from "../support/repository.ts";

const pages = ["README.md", "docs/results.md"];

test.each(pages)("the tables of %s are what docs/results holds", (page) => {
  const text = readText(page);
  expect(text).toMatch(/^<!-- npm run table -- docs\/results\//m);
  expect(text).toBe(withTables(text, repository));
});

test("files and columns are checked", () => {
  expect(() => resultsTable([], repository)).toThrow(
    "table: expected files that radar benchmark --output or npm run tune wrote, got none.",
  );
  expect(() => resultsTable(["docs/results/balanced.json", "--columns", "f2"], repository)).toThrow(
    /^table: expected columns of imageAuroc, .*, got "f2"\.$/,
  );
});
