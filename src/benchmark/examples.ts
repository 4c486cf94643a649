/** The images of a set that every method is shown on: the same ones for all, chosen before any of them has a score. */
import type { DatasetImage } from "../data/dataset.ts";

/** The middle image, by path, of every class of a test set; good ones first, then by name of the class. */
export function chooseExamples(test: readonly DatasetImage[]): DatasetImage[] {
  const classes = new Map<string, DatasetImage[]>();
  for (const image of test) {
    const key = `${image.label} ${image.className}`;
    classes.set(key, [...(classes.get(key) ?? []), image]);
  }
  const inOrder = [...classes].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.flatMap(([, images]) => {
    const rising = [...images].sort((a, b) => (a.path < b.path ? -1 : 1));
    return rising.slice(Math.floor((rising.length - 1) / 2)).slice(0, 1);
  });
}

/** An example as it is. */
export interface ExamplePhoto {
  /** Path within the set. */
  readonly path: string;
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: number;
  /** The image with its true defects outlined, `data:image/webp;base64,...`. */
  readonly dataUri: string;
}
