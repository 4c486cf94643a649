/** The top of a report: the verdict, the figures. */
import { type Figure, formatMetric, formatPercent, formatSeconds } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { EvaluationMetrics, EvaluationReportInput } from "./report-input.ts";
import { type Headline, verdictOf } from "./verdict.ts";

/** The result in plain words, and what to know before trusting it. */
export function verdictSection(input: EvaluationReportInput): Html {
  const { headlines, sentence, warnings } = verdictOf(input);
  const notice = html`<div class="notice" role="note"><strong>Before you rely on this</strong><ul>
${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
  return html`<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<div class="headlines">${headlines.map(headlineBox)}</div>
<p>${sentence} ${thresholdOrigin(input)}</p>${warnings.length > 0 ? notice : null}</section>`;
}

/** All figures, each with what it means. */
export function metricsSection(metrics: EvaluationMetrics): Html {
  const { image, pixel } = metrics;
  const { p50, p99 } = metrics.secondsPerImage;
  return html`<section aria-labelledby="figures"><h2 id="figures">Figures</h2>
<h3>Images</h3><div class="cards">
${card("AUROC", image.auroc, "Chance that a defective image scores above a good one, whatever the threshold; 0.5 is guessing")}
${card("Average precision", image.averagePrecision, "Area under the precision-recall curve, whatever the threshold")}
${card("Precision", image.precision, "Share of flagged images that are defective, at the threshold")}
${card("Recall", image.recall, "Share of defective images that are flagged, at the threshold")}
${card("F1 at the threshold", image.f1, "Harmonic mean of precision and recall: what to expect in use")}
${card("F1-max", image.f1Max, "F1 of the best threshold for these test images, which nobody knows beforehand")}
${card("F1 of flagging all", image.trivialF1, "What calling every image defective gets; F1 is worth its distance from this")}
${card("Accuracy", image.accuracy, "Share of right decisions at the threshold")}
</div><h3>Pixels</h3>${pixelCards(pixel)}
<p class="muted time">One image took ${formatSeconds(p50)} (median; 99th percentile ${formatSeconds(p99)}) on the machine of this run.</p></section>`;
}

function pixelCards(pixel: EvaluationMetrics["pixel"]): Html {
  if (pixel === null) {
    return html`<p class="muted">No masks: the data set does not say where the defects are, so their location cannot be measured.</p>`;
  }
  return html`<div class="cards">
${card("Pixel AUROC", pixel.auroc, "Flattering where defects are small: most pixels are easy")}
${card("Pixel AP", pixel.averagePrecision, "Average precision of pixels; the strictest of those over all thresholds")}
${card("AUPRO", pixel.aupro, "Overlap with each defect region, small ones counting like large ones, up to 30\u00a0% false positives")}
${card("AUPIMO", pixel.aupimo, "Share of each defective image's defect found while fewer than one in 10\u00a0000 pixels of good images are marked")}
${card("Pixel F1-max", pixel.f1Max, "Best F1 of any pixel threshold, chosen on the test data")}
</div>`;
}

function thresholdOrigin(input: EvaluationReportInput): string {
  if (input.falseAlarmRate === null) {
    return input.thresholdRule === "method"
      ? "The threshold was set by the method's own rule on good images, without a look at the test data; it promises no false-alarm rate."
      : "The threshold was given by hand.";
  }
  return `The threshold was set for a false-alarm rate of ${formatPercent(input.falseAlarmRate)} on held-out good images, without a look at the test data.`;
}

function headlineBox({ kind, counts, text, detail }: Headline): Html {
  return html`<div class="headline ${kind}"><b>${counts.flagged} of ${counts.count}</b>${text}
${bar(counts.flagged / counts.count)}<small>${detail}</small></div>`;
}

function card(name: string, value: Figure, meaning: string): Html {
  return html`<div class="card"><h4>${name}</h4><b>${formatMetric(value)}</b>${bar(value)}<p>${meaning}</p></div>`;
}

/** The figure again as a length; hidden from screen readers, which have the number. */
function bar(value: Figure): Html | null {
  if (typeof value !== "number" || Number.isNaN(value)) return null;
  const percent = Math.max(0, Math.min(100, 100 * value)).toFixed(1);
  return html`<div class="bar" aria-hidden="true"><i style="width:${percent}%"></i></div>`;
}
