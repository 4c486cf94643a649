/** The tables of a report: classes, skipped files, every image. */
import { classSummaries, decisionOf } from "./class-summary.ts";
import { absent, formatCount, formatMetric, formatPercent, formatScore } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { EvaluationReportInput, ReportImage } from "./report-input.ts";

/** One row for each class. */
export function classTable(images: readonly ReportImage[]): Html {
  const rows = classSummaries(images).map(
    ({
      className,
      label,
      count,
      flagged,
      meanScore,
      auroc,
    }) => html`<tr><th scope="row">${kindMark(label)}${className}</th>
<td>${label === 1 ? "defective" : "good"}</td><td class="number">${count}</td>
<td class="number">${label === 1 ? flagged : absent}</td><td class="number">${label === 1 ? count - flagged : absent}</td>
<td class="number">${label === 0 ? flagged : absent}</td>
<td class="number">${formatPercent((label === 1 ? flagged : count - flagged) / count)}</td>
<td class="number">${formatScore(meanScore)}</td><td class="number">${formatMetric(auroc)}</td></tr>`,
  );
  return html`<div class="surface scroll"><table><thead><tr><th scope="col">Class</th><th scope="col">Kind</th>
${["Images", "Found", "Missed", "Rejected", "Right", "Mean score", "AUROC against good"].map(numberHead)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** Files that were left out, with the reason; null if there are none. @param what - What became of them, behind their number: "... them". */
export function skippedSection(skipped: EvaluationReportInput["skipped"], what: string): Html | null {
  if (skipped.length === 0) return null;
  const rows = skipped.map(
    ({ path, reason }) => html`<tr><th scope="row" class="path">${path}</th><td>${reason}</td></tr>`,
  );
  return html`<section aria-labelledby="skipped"><h2 id="skipped">Skipped files</h2>
<p>${formatCount(skipped.length, "file")} ${what} ${skipped.length === 1 ? "it" : "them"}.</p>
<div class="surface scroll"><table><thead><tr><th scope="col">File</th><th scope="col">Reason</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** Every image from the highest score to the lowest, folded away. */
export function imagesSection(images: readonly ReportImage[]): Html {
  const rows = [...images]
    .sort((a, b) => b.score - a.score)
    .map(
      (
        image,
      ) => html`<tr><th scope="row" class="path">${image.path}</th><td>${kindMark(image.label)}${image.className}</td>
<td class="number">${formatScore(image.score)}</td><td class="number">${formatScore(image.pValue)}</td>
<td>${decisionOf(image)}</td></tr>`,
    );
  return html`<section aria-labelledby="images"><h2 id="images">Every image</h2>
<details><summary>Scores and decisions of ${formatCount(images.length, "image")}, highest score first</summary>
<div class="surface scroll"><table><thead><tr><th scope="col">File</th><th scope="col">Class</th>
${["Score", "p-value"].map(numberHead)}<th scope="col">Decision</th></tr></thead><tbody>${rows}</tbody></table></div></details></section>`;
}

function numberHead(text: string): Html {
  return html`<th scope="col" class="number">${text}</th>`;
}

/** A round mark for good classes, a square one for defective ones: colour is not the only sign. */
function kindMark(label: number): Html {
  return html`<span class="dot${label === 1 ? " defective" : ""}" aria-hidden="true"></span>`;
}
