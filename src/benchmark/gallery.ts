/** The same few images of each set as every method sees them. */
import { formatScore } from "../report/format.ts";
import { type Html, html } from "../report/html.ts";
import type { CellPicture, CellResult } from "./cell-result.ts";
import type { BenchmarkDocument } from "./document.ts";
import type { ExamplePhoto } from "./examples.ts";
import type { CellOutcome } from "./run-cells.ts";
import { methodTitle } from "./summary.ts";

/** What the gallery shows. */
export interface GalleryInput {
  readonly document: BenchmarkDocument;
  /** The cells, whose pictures are shown: of each method those of its first seed that has a result. */
  readonly outcomes: readonly CellOutcome[];
  /** The examples as they are, by name of their set. */
  readonly photos: Readonly<Record<string, readonly ExamplePhoto[]>>;
}

/** A table for each set: a row for each example, a column for each method; null where nothing has a result. */
export function gallerySection({ document, outcomes, photos }: GalleryInput): Html | null {
  const tables = document.sets.flatMap(({ name }) => {
    const columns = firstResults(outcomes.filter(({ cell }) => cell.set.name === name));
    const ofSet = photos[name] ?? [];
    return columns.length > 0 && ofSet.length > 0 ? [html`<h3>${name}</h3>${table(ofSet, columns)}`] : [];
  });
  if (tables.length === 0) return null;
  return html`<p>The middle image, by name, of every class; chosen before any of them had a score. Green: true defects.</p>${tables}`;
}

interface Column {
  readonly method: string;
  readonly seed: number;
  readonly pictures: CellResult["pictures"];
}

/** Of each method the first cell that has a result. */
function firstResults(outcomes: readonly CellOutcome[]): Column[] {
  const columns = new Map<string, Column>();
  for (const outcome of outcomes) {
    if ("error" in outcome) continue;
    const { method, seed } = outcome.cell;
    if (!columns.has(method.label)) {
      columns.set(method.label, {
        method: methodTitle({ method: method.label, options: method.options }),
        seed,
        pictures: outcome.result.pictures,
      });
    }
  }
  return [...columns.values()];
}

function table(photos: readonly ExamplePhoto[], columns: readonly Column[]): Html {
  const heads = columns.map(
    ({ method, seed }) => html`<th scope="col">${method}<small>seed ${seed}</small></th>`,
  );
  const rows = photos.map((photo) => {
    const cells = columns.map(({ method, pictures }) =>
      mapCell(
        method,
        pictures.find(({ path }) => path === photo.path),
      ),
    );
    return html`<tr><td><img src="${photo.dataUri}" alt="Photo ${photo.path}"><small>${photo.className}<br>${photo.path}</small></td>${cells}</tr>`;
  });
  return html`<div class="surface scroll"><table class="gallery"><thead><tr><th scope="col">Image</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function mapCell(method: string, picture: CellPicture | undefined): Html {
  if (picture === undefined) return html`<td></td>`;
  const { heatMap, path, score, isAnomalous } = picture;
  return html`<td><img src="${heatMap}" alt="Anomaly map of ${path} by ${method}"><small>score ${formatScore(score)}${isAnomalous ? ", flagged" : ""}</small></td>`;
}
