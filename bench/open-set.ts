/** A set of good images as benchmarks of ours open it: read, and brought to the size that is asked for. */
import type { Dataset } from "../src/data/index.ts";
import { imageResizer } from "../src/detectors/image-resizer.ts";
import { loadImages, openDataset } from "../src/node/index.ts";
import { typicalSide } from "../src/node/typical-side.ts";
import type { Backend } from "../src/runtime/backend.ts";

/** An opened set. */
export interface OpenedSet {
  readonly dataset: Dataset;
  /** Longer side of a typical image, in pixels. */
  readonly typicalSidePx: number;
  /** Side of the planes: S. */
  readonly sizePx: number;
  /** Good images, uint8 [3, S, S] each. */
  readonly planes: readonly Uint8Array[];
}

/**
 * Opens the set in `folder`.
 *
 * @param options - `sizeOf`: from the longer side of a typical image to S.
 */
export async function openSet(
  folder: string,
  options: {
    readonly backend: Backend;
    readonly purpose: "training" | "testing";
    readonly sizeOf: (typicalSidePx: number) => number;
  },
): Promise<OpenedSet> {
  const { backend, purpose, sizeOf } = options;
  const dataset = await openDataset(folder, { purpose });
  const paths = dataset.train.map(({ path }) => path);
  const typicalSidePx = await typicalSide(paths);
  const sizePx = sizeOf(typicalSidePx);
  const resizer = await imageResizer(backend, sizePx);
  const { images } = await loadImages(paths, { transform: (image) => resizer.resize(image) });
  await resizer.dispose();
  return { dataset, typicalSidePx, sizePx, planes: images.map(({ image }) => image) };
}
