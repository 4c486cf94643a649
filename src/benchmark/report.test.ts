import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { benchmarkSet, cellOf, finished } from "../../test/support/benchmark.ts";
import { type BenchmarkDocument, parseBenchmark } from "./document.ts";
import { renderBenchmarkReport } from "./report.ts";
import { failuresOf, rowsOf } from "./summary.ts";

const hostile = `<script>alert("x")</script>`;
const outcomes = [
  finished(cellOf("a", "radar", 0), 0.75),
  finished(cellOf("a", `pca${hostile}`, 0), 0.5),
  finished(cellOf("a", "radar", 1), 0.25),
  { cell: cellOf("b", "radar", 0), error: { code: "E_DATA", message: `no images ${hostile}` } },
];
const document: BenchmarkDocument = {
  format: 1,
  command: "radar benchmark a b --seeds 2",
  date: "2026-11-25",
  version: "0.1.0",
  machine: { processor: "a processor", cores: 2, memoryGb: 24 },
  software: { node: "v20" },
  device: "cpu",
  threads: null,
  parallel: 1,
  seeds: [0, 1],
  sets: [benchmarkSet("a"), benchmarkSet("b")],
  rows: rowsOf(outcomes),
  failed: failuresOf(outcomes),
};
const photo = {
  path: "test/good/1.png",
  className: "good",
  label: 0,
  dataUri: "data:image/png;base64,iVBORw0KGgo=",
};
const page = renderBenchmarkReport({ document, outcomes, photos: { a: [photo] } });

test("the report has figures, both charts, the gallery, failures and what to know, and loads nothing", () => {
  const { document: dom } = parseHTML(page);
  const titles = [...dom.querySelectorAll("h2")].map((element) => element.textContent);
  expect(titles).toEqual([
    "Figures",
    "Accuracy against time",
    "Set by set",
    "The same images",
    "Failed",
    "How to read this",
  ]);
  expect(dom.querySelectorAll("svg.chart")).toHaveLength(2);
  expect(dom.querySelector("pre")?.textContent).toBe(document.command);
  expect(page).toContain("Nothing is pretrained");
  expect(page).not.toContain(hostile);
  expect(page.match(/<script|src="(?!data:)|url\(/g)).toBeNull();
});

test("what is pretrained is set apart in the tables and marked in charts and gallery", () => {
  const mixed = [...outcomes, finished(cellOf("a", "padim", 0, { backbone: "network.onnx" }), 0.9)];
  const rows = rowsOf(mixed);
  const other = renderBenchmarkReport({
    document: { ...document, rows },
    outcomes: mixed,
    photos: { a: [photo] },
  });
  const { document: dom } = parseHTML(other);
  const bodies = [...dom.querySelectorAll("table.figures tbody")].map((body) =>
    [...body.querySelectorAll("th")].map((head) => head.textContent),
  );
  expect(bodies).toEqual([
    ["radar", `pca${hostile}`],
    ["Pretrained on other pictures", "padim"],
  ]);
  expect(dom.querySelector("table.gallery thead")?.textContent).toContain("padim (pretrained)");
  expect(other.match(/padim \(pretrained\)/g)?.length).toBeGreaterThanOrEqual(4); // both charts, the gallery's head and picture
  expect(other).toContain("Methods marked pretrained");
  expect(other).not.toContain("Nothing is pretrained");
});

test("the gallery shows a photo and the map of every method's first seed", () => {
  const { document: dom } = parseHTML(page);
  const gallery = dom.querySelector("table.gallery");
  expect([...(gallery?.querySelectorAll("thead th") ?? [])].map((head) => head.textContent)).toEqual([
    "Image",
    "radarseed 0",
    `pca${hostile}seed 0`,
  ]);
  expect(gallery?.querySelectorAll("tbody img")).toHaveLength(3);
});

test("a document survives JSON, and the same report comes from it", () => {
  const read = parseBenchmark(JSON.stringify(document), "results.json");
  expect(read).toEqual(document);
  expect(renderBenchmarkReport({ document: read, outcomes, photos: { a: [photo] } })).toBe(page);
});

test("what is no document is E_DATA and names the place", () => {
  expect(() => parseBenchmark("{", "x.json")).toThrow(/^x\.json: expected the JSON that radar benchmark/);
  expect(() => parseBenchmark(JSON.stringify({ ...document, rows: [{}] }), "x.json")).toThrow(
    / at rows\.0\.set\.$/,
  );
});

test("a benchmark without any result has nothing but how to read it", () => {
  const empty = { ...document, rows: [], failed: [] };
  const { document: dom } = parseHTML(renderBenchmarkReport({ document: empty, outcomes: [], photos: {} }));
  expect([...dom.querySelectorAll("h2")].map((element) => element.textContent)).toEqual(["How to read this"]);
});
