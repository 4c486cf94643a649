/** Pictures brought to a model's size as detectors bring them there: large ones outside of the model, others by its own operators. */
import type { RgbImage } from "../base/raster.ts";
import { imageInput, resizePixels, shrinkLarge, stackPictures } from "../detectors/index.ts";
import { buildGraph, cast } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";

/** Resizes pictures one by one; `dispose` frees the session. */
export interface ImageResizer {
  /** @returns uint8 [3, size, size]. */
  resize(image: RgbImage): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** @param size - Side in pixels of the square that pictures become. */
export async function imageResizer(backend: Backend, size: number): Promise<ImageResizer> {
  const image = imageInput();
  const outputs = { pixels: cast(resizePixels(image, size), "uint8") };
  const session = await backend.load(encodeModel(buildGraph({ name: "resize", inputs: [image], outputs })));
  return {
    resize: async (picture) => {
      const { pixels } = await session.run({ image: stackPictures([shrinkLarge(picture, size)]) });
      return Uint8Array.from(pixels?.data ?? [], Number);
    },
    dispose: () => session.dispose(),
  };
}
