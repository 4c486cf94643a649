/** Masks that lie beside the pictures they belong to: `a_mask.png` beside `a.png` or `a.jpg`. */
import { extname } from "node:path";

/** Pictures and masks of a list of files. */
export interface PicturesAndMasks {
  /** In the order of the list. */
  readonly pictures: readonly string[];
  /** Mask by picture. */
  readonly masks: ReadonlyMap<string, string>;
}

/**
 * Tells the masks among files from the pictures: a file is a mask if its name without `_mask` is that of another one.
 *
 * @param paths - Paths of images.
 */
export function masksBeside(paths: readonly string[]): PicturesAndMasks {
  const pictureOf = new Map(paths.map((path) => [stemOf(path), path]));
  const masks = new Map<string, string>();
  for (const path of paths) {
    const stem = stemOf(path);
    const picture = /[_-]mask$/i.test(stem) ? pictureOf.get(stem.slice(0, -"_mask".length)) : undefined;
    if (picture !== undefined) masks.set(picture, path);
  }
  const isMask = new Set(masks.values());
  return { pictures: paths.filter((path) => !isMask.has(path)), masks };
}

function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}
