/** What a detector tolerates: false alarms and found defects under each disturbance, with one image under all of them. */
import { type FlaggedCount, wilsonInterval } from "./class-summary.ts";
import { absent, formatMetric, formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { EvaluationReportInput, StressFigures } from "./report-input.ts";
import { pictureFigure } from "./report-pictures.ts";

/** The section; null if tolerance was not measured. @throws {OptionError} as `worstSection`. */
export function stressSection({ stress }: EvaluationReportInput): Html | null {
  if (stress === undefined) return null;
  const pictures = stress.pictures.map(({ what, picture }, i) =>
    pictureFigure({ ...picture, path: what }, `stress.pictures[${i}]`),
  );
  const [example] = stress.pictures;
  return html`<section aria-labelledby="tolerance"><h2 id="tolerance">What this detector tolerates</h2>
<p>The same images, each disturbed as cameras and days do. The threshold stays what it is. Read false alarms against those of the first row.</p>
<div class="surface scroll"><table><thead><tr><th scope="col">Disturbance</th>
${["False alarms", "95 % interval", "Defects found", "AUROC"].map((text) => html`<th scope="col" class="number">${text}</th>`)}</tr></thead>
<tbody>${stress.rows.map(row)}</tbody></table></div>
${example && html`<details><summary>${example.picture.path} under each of them</summary><div class="pictures">${pictures}</div></details>`}</section>`;
}

function row({ what, good, defective, auroc }: StressFigures): Html {
  const [low, high] = good.images > 0 ? wilsonInterval(good.flagged, good.images) : [null, null];
  const interval = low === null ? absent : html`${formatPercent(low)} to ${formatPercent(high)}`;
  return html`<tr><th scope="row">${what}</th><td class="number">${share(good)}</td><td class="number">${interval}</td>
<td class="number">${share(defective)}</td><td class="number">${formatMetric(auroc)}</td></tr>`;
}

function share({ flagged, images }: { readonly images: number } & Pick<FlaggedCount, "flagged">): Html {
  return images === 0 ? html`${absent}` : html`${formatPercent(flagged / images)} (${flagged} of ${images})`;
}
