/** A set of good images as benchmarks of ours open it: read, and brought to the size that is asked for. */
import type { Dataset } from "../src/data/index.ts";
import { imageResizer } from "../src/detectors/image-resizer.ts";
import { areaAtSize } from "../src/detectors/index.ts";
import type { Look } from "../src/detectors/look.ts";
import type { TrainingContext } from "../src/methods/method.ts";
import { findPart } from "../src/node/find-part.ts";
import { loadImages, openDataset, readImage } from "../src/node/index.ts";
import type { LocateMode } from "../src/node/locate-mode.ts";
import { longerSide, typicalSize } from "../src/node/typical-size.ts";
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
  /** Whether a part was found in them. */
  readonly look: Look | undefined;
  /** See `TrainingContext.retaken`. */
  readonly retaken?: TrainingContext["retaken"];
}

/**
 * Opens the set in `folder`.
 *
 * @param options - `sizeOf`: from the longer side of a typical image to S; `locate`: whether a part that lies anyhow is found first.
 */
export async function openSet(
  folder: string,
  options: {
    readonly backend: Backend;
    readonly purpose: "training" | "testing";
    readonly sizeOf: (typicalSidePx: number) => number;
    readonly locate: LocateMode;
  },
): Promise<OpenedSet> {
  const { backend, purpose, sizeOf, locate } = options;
  const dataset = await openDataset(folder, { purpose });
  const paths = dataset.train.map(({ path }) => path);
  const typicalSidePx = longerSide(await typicalSize(paths));
  const sizePx = sizeOf(typicalSidePx);
  const { part, area: coarse } = await findPart(paths, { backend, mode: locate });
  const resizer = await imageResizer(backend, sizePx, part ? { part } : undefined);
  const { images } = await loadImages(paths, { transform: (image) => resizer.resize(image) });
  const planes = images.map(({ image }) => image);
  const looked = coarse ? areaAtSize(coarse, { width: sizePx, height: sizePx }) : undefined;
  const look = part ? { part, area: looked && { ...looked, isOfPart: true } } : undefined;
  const pathAt = (index: number) => images[index]?.path ?? "";
  const retaken: OpenedSet["retaken"] = async (index, change) =>
    resizer.resizeChanged(await readImage(pathAt(index)), change);
  if (part === null) await resizer.dispose();
  return { dataset, typicalSidePx, sizePx, planes, look, ...(part && { retaken }) };
}
