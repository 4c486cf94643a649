/** The report of `radar evaluate --report`: one HTML file that needs nothing else, on screen and on paper. */
import { type CurvePoint, classStrip, prChart, rocChart, scoreHistogram } from "./charts.ts";
import { flaggedCount } from "./class-summary.ts";
import { type Html, html } from "./html.ts";
import { chartFigure, reportPage } from "./page.ts";
import type { EvaluationReportInput } from "./report-input.ts";
import { gallerySection, worstSection } from "./report-pictures.ts";
import { stressSection } from "./report-stress.ts";
import { metricsSection, verdictSection } from "./report-summary.ts";
import { classTable, imagesSection, skippedSection } from "./report-tables.ts";

/**
 * The report as one HTML document: verdict, figures, charts, classes, hardest images, examples, limits.
 *
 * Opens offline, loads nothing and runs no script. Pure: the same input gives the same text.
 *
 * @throws {OptionError} E_OPTION if a panel of a picture is not a WebP or PNG data URI.
 */
export function renderEvaluationReport(input: EvaluationReportInput): string {
  const { title, facts, command } = input;
  return reportPage({ overline: "RADAR evaluation report", title, facts, command }, [
    ["verdict", "Verdict", verdictSection(input)],
    ["figures", "Figures", metricsSection(input.metrics)],
    ["scores", "Scores", scoresSection(input)],
    ["curves", "Curves", curvesSection(input)],
    ["tolerance", "Tolerance", stressSection(input)],
    ["worst", "Hardest images", worstSection(input)],
    ["gallery", "Examples", gallerySection(input)],
    [
      "skipped",
      "Skipped files",
      skippedSection(input.skipped, "could not be scored, and no figure of this report counts"),
    ],
    ["reading", "How to read this", readingSection(input)],
    ["images", "Every image", input.images.length > 0 ? imagesSection(input.images) : null],
  ]);
}

function scoresSection({ images, metrics }: EvaluationReportInput): Html | null {
  if (images.length === 0) return null;
  return html`<section aria-labelledby="scores"><h2 id="scores">Scores</h2>
${chartFigure(scoreHistogram(images, metrics.threshold), "Right of the dashed line an image is called defective. No bar holds images from both sides of it.")}
<h3>Class by class</h3>
${chartFigure(classStrip(images, metrics.threshold), "Each line is one image, each dot the median of its class.")}
${classTable(images)}</section>`;
}

function curvesSection({ images, curves }: EvaluationReportInput): Html | null {
  const { roc, pr } = curves;
  const good = flaggedCount(images, 0);
  const defective = flaggedCount(images, 1);
  const recall = defective.flagged / defective.count;
  const flagged = good.flagged + defective.flagged;
  const rocPoint = good.count > 0 && defective.count > 0 ? { x: good.flagged / good.count, y: recall } : null;
  const prPoint = defective.count > 0 && flagged > 0 ? { x: recall, y: defective.flagged / flagged } : null;
  if (roc === null && pr === null) return null;
  return html`<section aria-labelledby="curves"><h2 id="curves">Curves</h2><div class="charts">
${roc && chartFigure(rocChart(roc, rocPoint), `ROC: every threshold's trade of false alarms for found defects.${dot(rocPoint)} Dashed: guessing.`)}
${pr && chartFigure(prChart(pr, prPoint, defective.count / images.length), `Precision and recall of every threshold.${dot(prPoint)} Dashed: calling everything defective.`)}
</div></section>`;
}

function dot(point: CurvePoint | null): string {
  return point === null ? "" : " Dot: the detector at its threshold.";
}

const readingNotes: readonly string[] = [
  "The detector has seen good images only. A score says how far an image is from them, not what is wrong with it: dirt, light or a shifted part raise it like a defect.",
  "The threshold comes from good images that were held out of training. The rate it was set for holds for images taken like those; after a change of camera, light or product, calibrate again.",
  "F1-max uses the best threshold for these very test images, which nobody knows beforehand. Compare detectors by AUROC and average precision, and expect F1 in use.",
  "Where most test images are defective, flagging everything already gets a high F1 and a high average precision. Compare with the dashed line of the precision-recall curve.",
  "The intervals (95 %, Wilson) cover the luck of which images were in the test set. They do not cover a test set that differs from production.",
  "Heat maps have one absolute scale for all images. A dark map is a calm one, and two maps can be compared by eye.",
];

function readingSection({ notes }: EvaluationReportInput): Html {
  const items = [...notes, ...readingNotes].map((note) => html`<li>${note}</li>`);
  return html`<section aria-labelledby="reading"><h2 id="reading">How to read this</h2>
<div class="surface"><ul class="notes">${items}</ul></div></section>`;
}
