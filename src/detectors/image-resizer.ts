/** Pictures brought to a model's size as detectors bring them there: large ones outside of the model, others by its own operators. */
import { invariant } from "../base/check.ts";
import type { RgbImage } from "../base/raster.ts";
import { buildGraph, cast } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import type { Look } from "./look.ts";
import { imageInput, partPixels, resizePixels } from "./preprocess.ts";
import { stackPictures } from "./run-detector.ts";
import { disturbedSize, shrinkLarge, wholeSidePx } from "./shrink-picture.ts";

/** Resizes pictures one by one; `dispose` frees the session. */
export interface ImageResizer {
  /** @returns uint8 [3, size, size]. */
  resize(image: RgbImage): Promise<Uint8Array>;
  /**
   * The picture as it would be resized had the camera seen it otherwise.
   *
   * @param change - Given the picture at its {@link disturbedSize}.
   * @returns uint8 [3, size, size].
   */
  resizeChanged(image: RgbImage, change: (picture: RgbImage) => RgbImage): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/**
 * @param size - Side in pixels of the square that pictures become.
 * @param look - A part is found first, and its frame cut out; what is not looked at is left for the caller to fill.
 */
export async function imageResizer(
  backend: Backend,
  size: number,
  { part }: Look = {},
): Promise<ImageResizer> {
  const image = imageInput();
  const pixels = part === undefined ? resizePixels(image, size) : partPixels(image, size, part.model).pixels;
  const outputs = { pixels: cast(pixels, "uint8") };
  const session = await backend.load(encodeModel(buildGraph({ name: "resize", inputs: [image], outputs })));
  const side = wholeSidePx(size, part?.model.frame);
  const resize = async (picture: RgbImage) => {
    const { pixels } = await session.run({ image: stackPictures([shrinkLarge(picture, side)]) });
    invariant(pixels?.data instanceof Uint8Array, "resized pixels that are no bytes");
    return pixels.data;
  };
  return {
    resize,
    resizeChanged: (picture, change) => resize(change(disturbedSize(picture, size, part?.model.frame))),
    dispose: () => session.dispose(),
  };
}
