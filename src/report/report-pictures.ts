/** The pictures of a report: worst cases, examples of every class, and the legend they share. */
import { OptionError } from "../base/errors.ts";
import { cssGradient, type Rgb } from "./color-map.ts";
import { formatScore } from "./format.ts";
import { Html, html } from "./html.ts";
import { contourColor, outlineColor } from "./overlay.ts";
import type { EvaluationReportInput, MapScale, ReportPanel, ReportPicture } from "./report-input.ts";

/**
 * The images that a detector gets most wrong.
 *
 * @returns null if there are no such pictures.
 * @throws {OptionError} E_OPTION if a panel is not a WebP or PNG data URI: a report loads nothing from elsewhere.
 */
export function worstSection({ pictures, mapScale }: EvaluationReportInput): Html | null {
  const { falseAlarms, misses } = pictures;
  if (falseAlarms.length + misses.length === 0) return null;
  return html`<section aria-labelledby="worst"><h2 id="worst">Hardest images</h2>${legend(mapScale)}
${pictureGroup("Defective images with the lowest scores", misses, "misses")}
${pictureGroup("Good images with the highest scores", falseAlarms, "falseAlarms")}</section>`;
}

/** Examples of each class; null if there are none. @throws {OptionError} as {@link worstSection}. */
export function gallerySection({ pictures, mapScale }: EvaluationReportInput): Html | null {
  const names = [...new Set(pictures.gallery.map((picture) => picture.className))];
  if (names.length === 0) return null;
  const groups = names.map((name) => {
    const ofClass = pictures.gallery.filter((picture) => picture.className === name);
    return pictureGroup(name, ofClass, "gallery");
  });
  return html`<section aria-labelledby="gallery"><h2 id="gallery">Examples of every class</h2>
<p>From low to high score, evenly spread over the ranking of each class.</p>${legend(mapScale)}${groups}</section>`;
}

/** Pictures under a title; null if there are none. @param name - Names them in the message of an error. @throws {OptionError} as {@link worstSection}. */
export function pictureGroup(title: string, pictures: readonly ReportPicture[], name: string): Html | null {
  if (pictures.length === 0) return null;
  const figures = pictures.map((picture, i) => pictureFigure(picture, `pictures.${name}[${i}]`));
  return html`<h3>${title}</h3><div class="pictures">${figures}</div>`;
}

/** One example with its panels. @param where - Names it in the message of an error. @throws {OptionError} as {@link worstSection}. */
export function pictureFigure({ path, className, caption, panels }: ReportPicture, where: string): Html {
  return html`<figure class="picture"><div class="panels">${panelFigures(panels, where)}</div>
<figcaption><strong>${path}</strong><br>${className} \u00b7 ${caption}</figcaption></figure>`;
}

/** Views side by side. @param where - Names what they are of in the message of an error. @throws {OptionError} as {@link worstSection}. */
export function panelFigures(panels: readonly ReportPanel[], where: string): Html[] {
  return panels.map(({ dataUri, alt, caption }, i) => {
    const picture = pictureData(dataUri, `${where}.panels[${i}].dataUri`);
    return html`<figure><img loading="lazy" decoding="async" src="${picture}" alt="${alt}"><figcaption>${caption}</figcaption></figure>`;
  });
}

/** The URI as markup: it holds nothing to escape. */
function pictureData(dataUri: string, where: string): Html {
  if (/^data:image\/(?:webp|png);base64,[A-Za-z0-9+/]+=*$/.test(dataUri)) return new Html(dataUri);
  const got = JSON.stringify(dataUri.length > 60 ? `${dataUri.slice(0, 60)}\u2026` : dataUri);
  throw new OptionError(
    `${where}: expected "data:image/webp;base64,..." (a report loads nothing from elsewhere), got ${got}.`,
  );
}

/** The colours of heat maps and of lines; null where there are none. @param options - `hasDefects`: whether true defects are drawn, default true. */
export function legend(
  scale: MapScale | null,
  { hasDefects = true }: { readonly hasDefects?: boolean } = {},
): Html | null {
  if (scale === null) return null;
  const { maximum, threshold } = scale;
  const contour = Number.isFinite(threshold)
    ? html`<span>${swatch(contourColor)}pixels above ${formatScore(threshold)}</span>`
    : null;
  return html`<div class="legend"><span>Pixel score 0<i class="scale" style="background:${cssGradient()}"></i>
${formatScore(maximum)} and above, the same scale for all images</span>${contour}
${hasDefects ? html`<span>${swatch(outlineColor)}true defect</span>` : null}</div>`;
}

function swatch(color: Rgb): Html {
  return html`<i class="swatch" style="border-color:rgb(${color.join(",")})"></i>`;
}
