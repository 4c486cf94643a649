/** Disturbed copies of good pictures for a model that is there, as its training made them. */
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { disturbedCopy, disturbedPicture } from "../data/index.ts";
import { copiesOfEach } from "../detectors/disturbed-copies.ts";
import { imageResizer } from "../detectors/image-resizer.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { pictureOf } from "../detectors/run-detector.ts";
import { disturbedSize } from "../detectors/shrink-picture.ts";
import type { Backend } from "../runtime/backend.ts";

/** Makes copies of one picture after the other; `dispose` frees what it needs for that. */
export interface PictureDisturber {
  /** Two of the picture, for the model to score: see `copiesOfEach`. */
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
  if (tiles === undefined && part === undefined) {
    const resizer = await imageResizer(backend, size);
    return {
      copiesOf: async (image) =>
        copiesOfEach([await resizer.resize(image)], (planes) => disturbedCopy(planes, size, random)).map(
          (planes) => pictureOf(planes, size),
        ),
      dispose: () => resizer.dispose(),
    };
  }
  return {
    copiesOf: async (image) => {
      const read = tiles === undefined ? disturbedSize(image, size, part?.frame) : image;
      return copiesOfEach([read], (picture) => disturbedPicture(picture, random));
    },
    dispose: async () => {},
  };
}
