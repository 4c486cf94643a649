/** The report of `radar train --report`: what was learned from, where it looks, how it learned, where the threshold is. */
import { scoreHistogram } from "./charts.ts";
import { type Html, html } from "./html.ts";
import { type LossPoint, lossChart } from "./loss-chart.ts";
import { chartFigure, reportPage } from "./page.ts";
import type { MapScale, ReportImage, ReportPanel, ReportPicture } from "./report-input.ts";
import { legend, panelFigures, pictureGroup } from "./report-pictures.ts";
import { skippedSection } from "./report-tables.ts";

/** All of a training's report; plain data, and text is escaped when it is written. */
export interface TrainingReportInput {
  /** Heading, e.g. "bottle: radar, balanced". */
  readonly title: string;
  /** How it was trained, in order: data, method, size, seed and the like. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The command that repeats the training. */
  readonly command?: string | undefined;
  /** What was learned from, in figures. */
  readonly learned: readonly LearnedFigure[];
  /** What whoever trains should know, one sentence or more each: images that are the same, one that is like none of the others. */
  readonly notes: readonly string[];
  /** Where the detector looks. */
  readonly look: {
    /** One sentence or more each: whether the part is found first, and why; regions; tiles. */
    readonly sentences: readonly string[];
    /** The mean good picture, as it lies, in one pose, with what is looked at. */
    readonly panels: readonly ReportPanel[];
  };
  /** The loss of every step, in order; empty where nothing is trained step by step. */
  readonly losses: readonly LossPoint[];
  /** What the threshold comes from. */
  readonly calibration: {
    /** How it was set, in a sentence. */
    readonly sentence: string;
    readonly threshold: number;
    /** The held-out images. */
    readonly images: readonly ReportImage[];
  };
  /** Held-out images that whoever trains should have seen, and the scale of their heat maps; null where there are none. */
  readonly pictures: {
    readonly highest: readonly ReportPicture[];
    readonly odd: readonly ReportPicture[];
    readonly mapScale: MapScale | null;
  };
  /** Files that could not be read. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** One figure of what was learned from. */
export interface LearnedFigure {
  readonly name: string;
  readonly value: string;
  /** What it means, in a clause. */
  readonly meaning: string;
}

/**
 * The report as one HTML document. Opens offline, loads nothing and runs no script. Pure: the same input gives the same text.
 *
 * @throws {OptionError} E_OPTION if a panel of a picture is not a WebP or PNG data URI.
 */
export function renderTrainingReport(input: TrainingReportInput): string {
  const { title, facts, command } = input;
  return reportPage({ overline: "RADAR training report", title, facts, command }, [
    ["learned", "Learned from", learnedSection(input)],
    ["look", "Where it looks", lookSection(input)],
    ["loss", "Loss", lossSection(input)],
    ["threshold", "Threshold", thresholdSection(input)],
    [
      "skipped",
      "Skipped files",
      skippedSection(input.skipped, "could not be read; nothing was learned from"),
    ],
  ]);
}

function learnedSection({ learned, notes }: TrainingReportInput): Html {
  const cards = learned.map(
    ({ name, value, meaning }) =>
      html`<div class="card"><h4>${name}</h4><b>${value}</b><p>${meaning}</p></div>`,
  );
  const notice = html`<div class="notice" role="note"><strong>Look at these</strong><ul>
${notes.map((note) => html`<li>${note}</li>`)}</ul></div>`;
  return html`<section aria-labelledby="learned"><h2 id="learned">Learned from</h2>
<div class="cards">${cards}</div>${notes.length > 0 ? notice : null}</section>`;
}

function lookSection({ look }: TrainingReportInput): Html {
  const { sentences, panels } = look;
  return html`<section aria-labelledby="look"><h2 id="look">Where it looks</h2>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
<figure class="picture"><div class="panels">${panelFigures(panels, "look")}</div></figure></section>`;
}

function lossSection({ losses }: TrainingReportInput): Html | null {
  if (losses.length === 0) return null;
  return html`<section aria-labelledby="loss"><h2 id="loss">Loss</h2>
${chartFigure(lossChart(losses), "Dots: steps. Line: their mean. A line that still falls at its end says that a longer training would learn more.")}</section>`;
}

function thresholdSection({ calibration, pictures }: TrainingReportInput): Html {
  const { sentence, threshold, images } = calibration;
  const { highest, odd, mapScale } = pictures;
  return html`<section aria-labelledby="threshold"><h2 id="threshold">Threshold</h2><p>${sentence}</p>
${chartFigure(scoreHistogram(images, threshold), "Held-out good images, of which nothing was learned. Right of the dashed line an image is called defective.")}
<p>The images with the highest scores, as they are or disturbed, say how high the threshold is: if one of them shows a defect, take it out and train again.</p>
${legend(mapScale, { hasDefects: false })}
${pictureGroup("Held-out images with the highest scores", highest, "highest")}
${pictureGroup("Like none of the others, and left out of the threshold", odd, "odd")}</section>`;
}
