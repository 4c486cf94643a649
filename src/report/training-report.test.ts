import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { lossChart } from "./loss-chart.ts";
import { renderTrainingReport, type TrainingReportInput } from "./training-report.ts";

const png = "data:image/png;base64,iVBORw0KGgo=";
const panel = { caption: "Mean <part>", dataUri: png, alt: "Mean <part>" };
const heldOut = { className: "held out", label: 0, pValue: null, isAnomalous: false } as const;

const full: TrainingReportInput = {
  title: "bars: radar, fast",
  facts: [["Data", "bars"]],
  command: "radar train bars --report r.html",
  learned: [{ name: "Learned from", value: "24", meaning: "good images" }],
  notes: ["a.png is b.png once more."],
  look: { sentences: ["The part is found in each picture."], panels: [panel, panel] },
  losses: [4, 2, 1].map((loss, i) => ({ step: i + 1, loss })),
  calibration: {
    sentence: "An image is called defective when its score exceeds 1.",
    threshold: 1,
    images: [0.5, 0.9].map((score, i) => ({ ...heldOut, path: `${i}.png`, score })),
  },
  pictures: {
    highest: [{ path: "1.png", className: "held out", caption: "score 0.9", panels: [panel] }],
    odd: [{ path: "9.png", className: "held out", caption: "score 99", panels: [panel] }],
    mapScale: { maximum: 2, threshold: 1 },
  },
  skipped: [{ path: "broken.png", reason: "unexpected end of file" }],
};

function sectionIds(page: string): string[] {
  return Array.from(page.matchAll(/<section aria-labelledby="([^"]+)"/g), (match) => match[1] ?? "");
}

test("the report has a section for each thing that a training decides, loads nothing and runs no script", () => {
  const page = renderTrainingReport(full);
  expect(sectionIds(page)).toEqual(["learned", "look", "loss", "threshold", "skipped"]);
  const { document } = parseHTML(page);
  const sources = Array.from(page.matchAll(/ src="([^"]*)"/g), ([, source]) => source);
  expect(new Set(sources)).toEqual(new Set([png]));
  expect(document.querySelectorAll("script, link")).toHaveLength(0);
  expect(document.querySelector("#look ~ figure img")?.getAttribute("alt")).toBe("Mean <part>");
  expect(page).not.toContain("Mean <part>");
  for (const text of ["24", "a.png is b.png once more.", "9.png", "broken.png", "radar train bars"]) {
    expect(document.body.textContent).toContain(text);
  }
  expect(document.querySelector(".legend")?.textContent).not.toContain("true defect");
});

test("without steps, notes, odd and skipped images their parts are left out", () => {
  const page = renderTrainingReport({
    ...full,
    notes: [],
    losses: [],
    skipped: [],
    pictures: { ...full.pictures, odd: [] },
  });
  expect(sectionIds(page)).toEqual(["learned", "look", "threshold"]);
  expect(page).not.toMatch(/Look at these|Like none/);
});

test("losses are drawn on a logarithmic axis unless one is not positive", () => {
  const losses = (of: (i: number) => number) =>
    Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: of(i) }));
  expect(lossChart(losses((i) => 1 / (i + 1)))).toContain("logarithmic");
  const crossing = lossChart(losses((i) => 1 - i / 500));
  expect(crossing).not.toContain("logarithmic");
  expect(crossing.match(/<circle/g)?.length).toBeLessThanOrEqual(300);
  expect(crossing).not.toContain("NaN");
});
