import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { renderEvaluationReport } from "./evaluation-report.ts";
import type { EvaluationReportInput, ReportImage, ReportPicture } from "./report-input.ts";

const png = "data:image/png;base64,iVBORw0KGgo=";
const hostile = `"><script>alert('x')</script><img src="https://evil.example/a.png" onerror=a()>`;

function image(className: string, label: number, score: number): ReportImage {
  return {
    path: `${className}/${score}.png`,
    className,
    label,
    score,
    pValue: 0.5,
    isAnomalous: score > 0.5,
  };
}

function picture(path: string, className: string, dataUri = png): ReportPicture {
  return {
    path,
    className,
    caption: "score 0.9",
    panels: [{ caption: "image", dataUri, alt: `Photo ${path}` }],
  };
}

const full: EvaluationReportInput = {
  title: "bottle: radar, fast",
  facts: [["Data", "mvtec_bottle"]],
  command: "radar evaluate model.onnx data",
  metrics: {
    image: {
      auroc: 0.75,
      averagePrecision: 0.8125,
      f1: 0.6,
      f1Max: 0.875,
      accuracy: 0.5,
      precision: 1,
      recall: 0.9996,
      trivialF1: 0.4,
    },
    pixel: { auroc: 0.91, averagePrecision: 0.31, aupro: 0.71, aupimo: 0.21, f1Max: 0.41 },
    threshold: 0.5,
    images: 3,
    secondsPerImage: { p50: 0.02, p99: 0.5 },
  },
  falseAlarmRate: 0.05,
  images: [image("good", 0, 0.2), image("crack", 1, 0.9), image("crack", 1, 0.4)],
  curves: {
    roc: { falsePositiveRates: [0, 0, 1], truePositiveRates: [0, 1, 1] },
    pr: { precisions: [1, 1, 0.5], recalls: [0, 1, 1] },
  },
  pictures: {
    falseAlarms: [picture("good/0.2.png", "good")],
    misses: [picture("crack/0.4.png", "crack")],
    gallery: [picture("crack/0.9.png", "crack")],
  },
  mapScale: { maximum: 1.5, threshold: 0.7 },
  stress: {
    rows: [
      {
        name: "none",
        what: "as they are",
        good: { images: 40, flagged: 2 },
        defective: { images: 10, flagged: 9 },
        auroc: 0.97,
      },
      {
        name: "noise",
        what: "sensor noise",
        good: { images: 40, flagged: 30 },
        defective: { images: 0, flagged: 0 },
        auroc: null,
      },
    ],
    pictures: [{ what: "sensor noise", picture: picture("good/0.2.png", "good") }],
  },
  skipped: [{ path: "good/broken.png", reason: "unexpected end of file" }],
  notes: ["A note of this run."],
};

/** What is loaded when the page is opened, or leads away from it. */
function references(page: string): string[] {
  const attributes = page.matchAll(
    /\s(?:src|href|srcset|action|data|poster|xlink:href)\s*=\s*["']?([^"'\s>]*)/gi,
  );
  const urls = page.matchAll(/url\(\s*["']?([^)"']*)|@import\s+["']?([^"';]*)/gi);
  return [...attributes, ...urls].map((match) => match[1] ?? match[2] ?? "");
}

/** Ids of the sections, in order. */
function sectionIds(page: string): string[] {
  return Array.from(page.matchAll(/<section aria-labelledby="([^"]+)"/g), (match) => match[1] ?? "");
}

describe("the report", () => {
  const page = renderEvaluationReport(full);

  test("loads nothing: references are data or places within the page", () => {
    const outside = references(page).filter(
      (target) => !target.startsWith("data:") && !target.startsWith("#"),
    );
    expect(outside).toEqual([]);
    expect(references(page).filter((target) => target === png)).toHaveLength(4);
    expect(page).not.toMatch(/https?:/);
  });

  test("forbids scripts and requests by its content security policy, and has no script", () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    expect(policy).toBe(
      "default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;",
    );
    expect(page).not.toMatch(/<script|\son\w+=/i);
  });

  test("has all sections, each linked from the top", () => {
    const ids = [
      "verdict",
      "figures",
      "scores",
      "curves",
      "tolerance",
      "worst",
      "gallery",
      "skipped",
      "reading",
      "images",
    ];
    expect(sectionIds(page)).toEqual(ids);
    const links = Array.from(page.matchAll(/href="#([^"]+)"/g), (match) => match[1]);
    expect(links).toEqual(ids);
    for (const id of ids) expect(page.split(`id="${id}"`)).toHaveLength(2);
  });

  test("shows each figure under its name", () => {
    const cards = Array.from(page.matchAll(/<h4>([^<]+)<\/h4><b>([^<]+)<\/b>/g), (match) => [
      match[1],
      match[2],
    ]);
    expect(cards).toEqual([
      ["AUROC", "0.750"],
      ["Average precision", "0.813"],
      ["Precision", "1.000"],
      ["Recall", "&gt; 0.999"],
      ["F1 at the threshold", "0.600"],
      ["F1-max", "0.875"],
      ["F1 of flagging all", "0.400"],
      ["Accuracy", "0.500"],
      ["Pixel AUROC", "0.910"],
      ["Pixel AP", "0.310"],
      ["AUPRO", "0.710"],
      ["AUPIMO", "0.210"],
      ["Pixel F1-max", "0.410"],
    ]);
    expect(page).toContain("One image took 20\u00a0ms (median; 99th percentile 500\u00a0ms)");
  });

  test("says where the threshold comes from", () => {
    expect(page).toContain(
      "The threshold was set for a false-alarm rate of 5\u00a0% on held-out good images",
    );
    const byHand = renderEvaluationReport({ ...full, falseAlarmRate: null });
    expect(byHand).toContain("The threshold was given by hand.");
  });

  test("shows command, note, skipped file, scale and the images from high to low score", () => {
    expect(page).toContain("<code>radar evaluate model.onnx data</code>");
    expect(page).toContain("<li>A note of this run.</li>");
    expect(page).toContain("good/broken.png</th><td>unexpected end of file</td>");
    expect(page).toContain("1.5 and above, the same scale for all images");
    expect(page).toContain("pixels above 0.7");
    const table = page.slice(page.indexOf('id="images"'));
    const paths = Array.from(table.matchAll(/class="path">([^<]+)</g), (match) => match[1]);
    expect(paths).toEqual(["crack/0.9.png", "crack/0.4.png", "good/0.2.png"]);
  });

  test("puts the working point on both curves", () => {
    expect(page.match(/Dot: the detector at its threshold\./g)).toHaveLength(2);
  });

  test("is the same text for the same input", () => {
    expect(renderEvaluationReport(full)).toBe(page);
  });
});

test("text from outside is escaped wherever it stands", () => {
  const evil: EvaluationReportInput = {
    ...full,
    title: hostile,
    facts: [[hostile, hostile]],
    command: hostile,
    images: [image(hostile, 1, 0.9), image(hostile, 0, 0.1)],
    pictures: {
      falseAlarms: [picture(hostile, hostile)],
      misses: [picture(hostile, hostile)],
      gallery: [picture(hostile, hostile)],
    },
    stress: { rows: [], pictures: [{ what: hostile, picture: picture(hostile, hostile) }] },
    skipped: [{ path: hostile, reason: hostile }],
    notes: [hostile],
  };
  const page = renderEvaluationReport(evil);
  const { document } = parseHTML(page);
  expect(
    document.querySelectorAll("script, [onerror], img:not([src^='data:image/png;base64,'])"),
  ).toHaveLength(0);
  expect(document.querySelectorAll("img")).toHaveLength(4);
  expect(document.querySelector("h1")?.textContent).toBe(hostile);
  expect(document.querySelector("pre code")?.textContent).toBe(hostile);
  expect(document.querySelector(".picture strong")?.textContent).toBe(hostile);
  expect(document.querySelector(".picture img")?.getAttribute("alt")).toBe(`Photo ${hostile}`);
  expect(page.split("&lt;script&gt;").length).toBeGreaterThan(12);
});

test("sections without content are left out, their links too", () => {
  const { stress, ...rest } = full;
  expect(stress).toBeDefined();
  const bare = renderEvaluationReport({
    ...rest,
    metrics: { ...full.metrics, pixel: null, images: 0, secondsPerImage: { p50: null, p99: null } },
    images: [],
    curves: { roc: null, pr: null },
    pictures: { falseAlarms: [], misses: [], gallery: [] },
    mapScale: null,
    skipped: [],
  });
  expect(sectionIds(bare)).toEqual(["verdict", "figures", "reading"]);
  expect(bare).toContain("No masks: the data set does not say where the defects are");
  expect(bare).not.toMatch(/NaN|undefined|null/);
});

test("one class alone gives a page without curves and without NaN", () => {
  const good = renderEvaluationReport({
    ...full,
    images: [image("good", 0, 0.2), image("good", 0, 0.7)],
    curves: { roc: null, pr: null },
  });
  expect(sectionIds(good)).not.toContain("curves");
  expect(good).toContain("The test set has no defective images.");
  expect(good).not.toMatch(/NaN|undefined/);
});

test("nothing flagged leaves the precision-recall curve without a dot", () => {
  const page = renderEvaluationReport({ ...full, images: [image("good", 0, 0.2), image("crack", 1, 0.4)] });
  expect(page.match(/Dot: the detector at its threshold\./g)).toHaveLength(1);
});

test.each([
  "https://evil.example/a.png",
  "data:image/svg+xml;base64,AAAA",
  'data:image/png;base64,AAAA" onerror="a()',
  "data:image/png;base64,",
  "",
])("a panel that is neither a WebP nor a PNG data URI is refused: %s", (dataUri) => {
  const pictures = { ...full.pictures, misses: [picture("a.png", "crack", dataUri)] };
  expect(() => renderEvaluationReport({ ...full, pictures })).toThrow(
    expect.objectContaining({
      name: "OptionError",
      code: "E_OPTION",
      message: `pictures.misses[0].panels[0].dataUri: expected "data:image/webp;base64,..." (a report loads nothing from elsewhere), got ${JSON.stringify(dataUri)}.`,
    }),
  );
});
