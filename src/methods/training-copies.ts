/** Disturbed copies of a training's good images: as the camera would have seen them, where that can be told. */
import { checkAborted } from "../base/abort.ts";
import type { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { disturbedCopy, disturbedImage, disturbedPicture, disturbedPlanes } from "../data/disturbance.ts";
import { copiesOfEach, copiesPerPicture, stressedPlaces, underEach } from "../detectors/disturbed-copies.ts";
import type { DisturbedCopies, StressedCopies } from "../detectors/fit.ts";
import { onlyArea } from "../detectors/looked-area.ts";
import { pictureOf } from "../detectors/run-detector.ts";
import type { TrainingContext } from "./method.ts";

/** Makes copies; the same ones for the same seed and the same order of calls. */
export interface TrainingCopies {
  /** One of each of these images under a random disturbance, uint8 [3, S, S] each. @throws {AbortError} E_ABORTED. */
  of(indices: readonly number[]): Promise<Uint8Array[]>;
  /** One of a window of an image that is read in tiles, uint8 [3, S, S]. */
  ofWindow(window: Uint8Array): Uint8Array;
  /** What thresholds and scales need of the held-out images. */
  ofHeldOut(indices: readonly number[]): Promise<DisturbedCopies>;
}

/**
 * @param images - Good images, uint8 [3, S, S] each.
 * @param options - `sizePx`: S.
 */
export function trainingCopies(
  images: readonly Uint8Array[],
  context: Pick<TrainingContext, "fullSize" | "look" | "retaken" | "signal">,
  { sizePx, random }: { readonly sizePx: number; readonly random: Random },
): TrainingCopies {
  const { fullSize } = context;
  const area = context.look?.area;
  const drawn = random.split("disturbances");
  const copyOf = (image: Uint8Array) => disturbedCopy(image, sizePx, drawn);
  const retaken = async (
    index: number,
    ofPicture: (picture: RgbImage) => RgbImage,
    ofPlanes: (planes: Uint8Array) => Uint8Array,
  ) => {
    checkAborted(context.signal, "training");
    const copy = (await context.retaken?.(index, ofPicture)) ?? ofPlanes(images[index] ?? new Uint8Array());
    return area?.filling ? onlyArea(copy, area.filling, area.data) : copy;
  };
  const of = async (indices: readonly number[]) => {
    const copies: Uint8Array[] = [];
    for (const index of indices)
      copies.push(await retaken(index, (picture) => disturbedPicture(picture, drawn), copyOf));
    return copies;
  };
  const whole = async function* (indices: readonly number[]) {
    const drawnWhole = random.split("whole copies");
    for (const index of indices) {
      const picture = await fullSize?.whole(index);
      for (let copy = 0; picture && copy < copiesPerPicture; copy++)
        yield disturbedPicture(picture, drawnWhole);
    }
  };
  const stressed = async function* (indices: readonly number[]) {
    const grain = random.split("stressed");
    for (const index of indices) {
      const picture = await fullSize?.whole(index);
      if (picture) {
        const sidePx = Math.min(picture.width, picture.height);
        yield* underEach(sidePx, (disturbance) => disturbedImage(picture, disturbance, grain));
        continue;
      }
      for (const disturbance of underEach(sizePx, (each) => each)) {
        const planes = await retaken(
          index,
          (taken) => disturbedImage(taken, disturbance, grain),
          (image) => disturbedPlanes(image, sizePx, disturbance, grain),
        );
        yield pictureOf(planes, sizePx);
      }
    }
  };
  const stressedOf = (indices: readonly number[]): StressedCopies => {
    const places = stressedPlaces(indices.length, { readInTiles: fullSize !== undefined });
    return { places, pictures: () => stressed(places.map((place) => indices[place] ?? 0)) };
  };
  return {
    of,
    ofWindow: copyOf,
    ofHeldOut: async (indices) => ({
      images: fullSize ? [] : await of(copiesOfEach(indices, (index) => index)),
      whole: fullSize && (() => whole(indices)),
      stressed: stressedOf(indices),
    }),
  };
}
