import { expect, test } from "vitest";
import { cellOf, finished } from "../../test/support/benchmark.ts";
import { markdownTable } from "./markdown.ts";
import { failuresOf, figureOf, meanAndSpread, methodTitle, rowsOf } from "./summary.ts";

const failed = { cell: cellOf("b", "x", 1), error: { code: "E_DATA", message: "no images" } };
const outcomes = [
  finished(cellOf("a", "x", 0), 0.75),
  finished(cellOf("b", "x", 0), null),
  finished(cellOf("a", "y", 0), 1),
  finished(cellOf("a", "x", 1), 0.25),
  failed,
];

test("a row is a set with a method: mean and sample standard deviation over its seeds", () => {
  const rows = rowsOf(outcomes);
  expect(rows.map(({ set, method, seeds }) => [set, method, seeds])).toEqual([
    ["a", "x", [0, 1]],
    ["a", "y", [0]],
    ["b", "x", [0]],
  ]);
  const auroc = rows.map((row) => figureOf(row, "imageAuroc"));
  expect(auroc[0]?.mean).toBe(0.5);
  expect(auroc[0]?.spread).toBeCloseTo(Math.sqrt(0.125), 14); // (2 · 0.25²) / (2 - 1)
  expect(auroc.slice(1)).toEqual([
    { mean: 1, spread: null },
    { mean: null, spread: null },
  ]);
});

test("what is pretrained comes last in its set, and tables say so", () => {
  const rows = rowsOf([
    finished(cellOf("a", "padim", 0, { backbone: "network.onnx" }), 1),
    finished(cellOf("a", "x", 0), 0.5),
    finished(cellOf("b", "x", 0), 0.5),
  ]);
  expect(rows.map(({ set, method }) => [set, method])).toEqual([
    ["a", "x"],
    ["a", "padim"],
    ["b", "x"],
  ]);
  expect(rows.map(methodTitle)).toEqual(["x", "padim (pretrained)", "x"]);
  expect(markdownTable({ rows }, ["imageAuroc"])).toContain("| a | padim (pretrained) | 1.000 |");
});

test("the spread is numpy.std with ddof 1; one value has none, and what does not exist counts for nothing", () => {
  const { mean, spread } = meanAndSpread([2, 4, 4, 4, 5, 5, 7, 9, null]);
  expect(mean).toBe(5);
  expect(spread).toBeCloseTo(Math.sqrt(32 / 7), 14);
  expect(meanAndSpread([3, null])).toEqual({ mean: 3, spread: null });
  expect(meanAndSpread([])).toEqual({ mean: null, spread: null });
  expect(meanAndSpread([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, spread: 0 }); // 0.1 + 0.1 + 0.1 > 0.3
});

test("failures are listed with set, method, seed and error", () => {
  expect(failuresOf(outcomes)).toEqual([
    { set: "b", method: "x", seed: 1, code: "E_DATA", error: "no images" },
  ]);
});

test("the Markdown table has a row for each set and method, spreads that are not 0, and dashes", () => {
  const columns = ["imageAuroc", "trivialF1", "networkCalls"] as const;
  expect(markdownTable({ rows: rowsOf(outcomes) }, columns)).toBe(
    [
      "| set | method | image AUROC | trivial F1 | calls |",
      "| --- | --- | --- | --- | --- |",
      "| a | x | 0.500 \u00b1 0.354 | 0.800 | 1 |",
      "| a | y | 1.000 | 0.800 | 1 |",
      "| b | x | \u2013 | 0.800 | 1 |",
    ].join("\n"),
  );
});
