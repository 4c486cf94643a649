/** Which images of an evaluation are worth a picture: chosen by score alone, so that anyone gets the same ones. */
import { checkInteger } from "../base/check.ts";
import { imagesByClass } from "./class-summary.ts";
import type { ReportImage } from "./report-input.ts";

/** Images to draw, by purpose. */
export interface PictureChoice {
  /** Good images with the highest scores, highest first. */
  readonly falseAlarms: readonly ReportImage[];
  /** Defective images with the lowest scores, lowest first. */
  readonly misses: readonly ReportImage[];
  /** Of each class some from low to high score, evenly spread over its ranking. */
  readonly gallery: readonly ReportImage[];
}

/**
 * Chooses the pictures of a report; the same image may serve two purposes.
 *
 * @param options - `worst`: how many false alarms and misses, default 4 (ours); `perClass`: how many of each class,
 * default 3 (ours).
 * @throws {OptionError} E_OPTION if one of them is not an integer >= 0.
 */
export function choosePictures(
  images: readonly ReportImage[],
  options: { readonly worst?: number; readonly perClass?: number } = {},
): PictureChoice {
  const { worst = 4, perClass = 3 } = options;
  checkInteger("worst", worst, { minimum: 0 });
  checkInteger("perClass", perClass, { minimum: 0 });
  const rising = [...images].sort((a, b) => a.score - b.score || (a.path < b.path ? -1 : 1));
  return {
    falseAlarms: rising
      .filter((image) => image.label === 0)
      .reverse()
      .slice(0, worst),
    misses: rising.filter((image) => image.label === 1).slice(0, worst),
    gallery: imagesByClass(rising).flatMap((group) => evenly(group, perClass)),
  };
}

/** `count` items from the middles of as many equal stretches of the list. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const middles = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * items.length) / count));
  return items.filter((_, i) => middles.includes(i));
}
