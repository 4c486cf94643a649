/** The report of a benchmark: one HTML file that needs nothing else. */
import { type Html, html } from "../report/html.ts";
import { chartFigure, type PageSection, reportPage } from "../report/page.ts";
import { accuracyChart, setChart } from "./charts.ts";
import type { BenchmarkDocument } from "./document.ts";
import { figureNames, figureStyles } from "./figures.ts";
import { type GalleryInput, gallerySection } from "./gallery.ts";
import { figureText } from "./markdown.ts";
import { type BenchmarkRow, isPretrained } from "./summary.ts";

const style = `
main,header>div{max-width:1400px}
.figures tr>:first-child{position:sticky;left:0;background:var(--surface)}
.gallery{table-layout:auto;width:auto;border-collapse:separate;border-spacing:10px 6px}
.gallery th,.gallery td{border:0;padding:0;vertical-align:top;max-width:150px;overflow-wrap:anywhere}
.gallery thead th{overflow-wrap:anywhere}
.gallery img{display:block;width:128px;height:auto;border-radius:4px;outline:1px solid var(--line)}
.gallery small{display:block;margin-top:3px;color:var(--muted);font-weight:400}
.figures td,.figures th{white-space:nowrap;padding-right:10px}
.figures{font-size:.8125rem}
dl.meanings{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font-size:.875rem}
dl.meanings dt{font-weight:600}
dl.meanings dd{margin:0;color:var(--muted)}
`;

/**
 * The report as one HTML document: figures, accuracy against time, the methods on each set, the same examples seen by all.
 *
 * Opens offline, loads nothing and runs no script. Pure: the same input gives the same text.
 */
export function renderBenchmarkReport(input: GalleryInput): string {
  const { document } = input;
  const title = `Benchmark: ${new Set(document.rows.map(({ method }) => method)).size} methods on ${document.sets.length} sets`;
  const sections: PageSection[] = [
    ["figures", "Figures", figuresSection(document)],
    ["time", "Accuracy against time", timeSection(document)],
    ["sets", "Set by set", setsSection(document)],
    ["gallery", "The same images", gallerySection(input)],
    ["failed", "Failed", failedSection(document)],
    ["reading", "How to read this", readingSection(document)],
  ];
  const wrapped = sections.map(([id, name, section]): PageSection => {
    const wrapper =
      section && html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${section}</section>`;
    return [id, name, wrapper];
  });
  const head = {
    overline: "RADAR benchmark report",
    title,
    facts: factsOf(document),
    command: document.command,
  };
  return reportPage(head, wrapped, { by: `radar-ad ${document.version}`, style });
}

function factsOf(document: BenchmarkDocument): [label: string, value: string][] {
  const { machine, seeds, software, threads } = document;
  return [
    ["Date", document.date],
    ["Seeds", seeds.join(", ")],
    ["Machine", `${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB`],
    ["Device", `${deviceText(document)}, ${threads === null ? "one thread per core" : `${threads} threads`}`],
    ["Sets at a time", String(document.parallel)],
    [
      "Software",
      Object.entries(software)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ];
}

function deviceText({ device, deviceReason }: BenchmarkDocument): string {
  return deviceReason === undefined ? device : `${device} (${deviceReason})`;
}

function figuresSection({ sets, rows, seeds }: BenchmarkDocument): Html | null {
  if (rows.length === 0) return null;
  const several = seeds.length > 1 ? "mean \u00b1 sample standard deviation over the seeds" : "one seed";
  const tables = sets.map(({ name, trainImages, goodImages, defectiveImages }) => {
    const ofSet = rows.filter(({ set }) => set === name);
    return html`<h3>${name}</h3><p class="muted">Learned from ${trainImages} good images; tested on ${goodImages} good and
${defectiveImages} defective ones.</p>${ofSet.length > 0 ? figureTable(ofSet, name) : null}`;
  });
  return html`<p>Each figure: ${several}.</p>${tables}`;
}

function figureTable(rows: readonly BenchmarkRow[], set: string): Html {
  const heads = figureNames.map(
    (name) =>
      html`<th scope="col" class="number" title="${figureStyles[name].meaning}">${figureStyles[name].title}</th>`,
  );
  const line = (row: BenchmarkRow): Html => {
    const cells = figureNames.map((name) => html`<td class="number">${figureText(row, name)}</td>`);
    return html`<tr><th scope="row">${row.method}</th>${cells}</tr>`;
  };
  const apart = rows.filter(isPretrained);
  const title = html`<tr><th scope="rowgroup" colspan="${figureNames.length + 1}">Pretrained on other pictures</th></tr>`;
  return html`<div class="surface scroll"><table class="figures" aria-label="Figures of ${set}"><thead><tr><th scope="col">Method</th>${heads}</tr></thead>
<tbody>${rows.filter((row) => !isPretrained(row)).map(line)}</tbody>${apart.length > 0 ? html`<tbody>${title}${apart.map(line)}</tbody>` : null}</table></div>`;
}

function timeSection({ rows, sets }: BenchmarkDocument): Html | null {
  const chart = accuracyChart(rows, sets.length);
  if (chart === null) return null;
  return chartFigure(
    chart,
    "Up and left is better. Small dots: one set each; large ones: the mean over the sets.",
  );
}

function setsSection({ rows, sets, seeds }: BenchmarkDocument): Html | null {
  if (rows.length === 0) return null;
  return html`${sets.map(({ name }) => {
    const ofSet = rows.filter(({ set }) => set === name);
    return ofSet.length > 0
      ? html`<h3>${name}</h3>${chartFigure(setChart(name, ofSet), seeds.length > 1 ? "Lines: one sample standard deviation over the seeds." : "One seed.")}`
      : null;
  })}`;
}

function failedSection({ failed }: BenchmarkDocument): Html | null {
  if (failed.length === 0) return null;
  const rows = failed.map(
    ({
      set,
      method,
      seed,
      code,
      error,
    }) => html`<tr><th scope="row">${set}</th><td>${method}</td><td class="number">${seed}</td>
<td>${error}${code === null ? "" : ` [${code}]`}</td></tr>`,
  );
  return html`<p>These runs have no result and count in no figure above.</p>
<div class="surface scroll"><table><thead><tr><th scope="col">Set</th><th scope="col">Method</th><th scope="col" class="number">Seed</th>
<th scope="col">Why</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function readingSection({ parallel, rows }: BenchmarkDocument): Html {
  const reused = rows.some(({ facts }) => facts.reusedMinutes > 0);
  const notes = [
    rows.some(isPretrained)
      ? "Methods marked pretrained read features of a network that was trained on other pictures, and compare with each other only. All others learned from the good images of the set alone, from random weights where they have a network."
      : "Nothing is pretrained: every method learned from the good images of the set alone, from random weights where it has a network. Methods that start from networks trained on millions of photographs are not in this table.",
    "No method has seen a test image before it was scored, and no figure is rescaled with test data. Thresholds come from good images that were held out of training.",
    "F1-max uses the best threshold for these very test images, which nobody knows beforehand; trivial F1 is that of calling every image defective.",
    "AUPIMO counts false positives on good images only, at rates of 1e-5 to 1e-4 of their pixels; a set of few pixels is judged by its highest normal scores.",
    ...(reused
      ? ["Where methods use the very same network it was trained once; the minutes of each count it whole."]
      : []),
    "Milliseconds are those of one decoded image after another, on the machine above. Memory is the peak of a process of its own: one that trains, one that loads the model and scores a few images.",
    ...(parallel > 1
      ? ["Several sets ran at a time, so minutes and milliseconds are longer than alone."]
      : []),
    "The maps have one absolute scale for each method, set from held-out good images; scales of two methods cannot be compared, their contrast between good and defective places can.",
  ];
  const meanings = figureNames.map(
    (name) => html`<dt>${figureStyles[name].title}</dt><dd>${figureStyles[name].meaning}</dd>`,
  );
  return html`<div class="surface"><ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul></div>
<h3>The figures</h3><div class="surface"><dl class="meanings">${meanings}</dl></div>`;
}
