/** Disturbed copies of good pictures for a model that is there, as its training made them. */
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { disturbedImage } from "../data/disturbance.ts";
import { underEach } from "../detectors/disturbed-copies.ts";
import { imageResizer } from "../detectors/image-resizer.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { pictureOf } from "../detectors/run-detector.ts";
import { disturbedSize } from "../detectors/shrink-picture.ts";
import type { Backend } from "../runtime/backend.ts";

/** Shows one picture after the other under disturbances; `dispose` frees what it needs for that. */
export interface PictureDisturber {
  /** The picture under each usual disturbance, for the model to score: see `underEach`. */
  copiesOf(image: RgbImage): Promise<RgbImage[]>;
  dispose(): Promise<void>;
}

/**
 * Copies are disturbed at the model's size; of a model that reads tiles or finds a part first, at the size at which it does.
 *
 * @param description - The model's. The same seed gives the same copies of the same pictures.
 */
export async function pictureDisturber(
  { part, tiles, imageSizePx: size, seed }: DetectorDescription,
  backend: Backend,
): Promise<PictureDisturber> {
  const random = new Random(seed).split("disturbed pictures of calibrate");
  const shown = (picture: RgbImage) =>
    underEach(Math.min(picture.width, picture.height), (disturbance) =>
      disturbedImage(picture, disturbance, random),
    );
  if (tiles === undefined && part === undefined) {
    const resizer = await imageResizer(backend, size);
    return {
      copiesOf: async (image) => shown(pictureOf(await resizer.resize(image), size)),
      dispose: () => resizer.dispose(),
    };
  }
  return {
    copiesOf: async (image) => shown(tiles === undefined ? disturbedSize(image, size, part?.frame) : image),
    dispose: async () => {},
  };
}
