/** Good pictures at their own resolution, as what is read in tiles learns from them. */
import { invariant } from "../base/check.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { canvasPixels, imageInput, stackPictures } from "../detectors/index.ts";
import { buildGraph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";

const windowsInAll = 1000; // about so many are learned from (ours): 200 MB at 256 pixels a side
const mostOfOne = 16; // of one picture (ours)

/** Takes windows out of pictures; `dispose` frees the session. */
export interface WindowCutter {
  /** @returns Windows at random places, uint8 [3, S, S] each; of pictures with the same pixels the same. */
  cut(image: RgbImage): Promise<Uint8Array[]>;
  dispose(): Promise<void>;
}

/**
 * @param options - `scale`: as in the model, at most 1. `pictures`: how many there are; of few more windows are taken each.
 */
export async function windowCutter(
  backend: Backend,
  options: {
    readonly scale: number;
    readonly tilePx: number;
    readonly pictures: number;
    readonly seed: number;
  },
): Promise<WindowCutter> {
  const { scale, tilePx, pictures, seed } = options;
  const count = Math.min(mostOfOne, Math.ceil(windowsInAll / pictures));
  const image = imageInput();
  const outputs = { pixels: canvasPixels(image, scale) };
  const session =
    scale === 1
      ? null
      : await backend.load(encodeModel(buildGraph({ name: "scale", inputs: [image], outputs })));
  const scaled = async (picture: RgbImage): Promise<RgbImage> => {
    if (session === null) return picture;
    const { pixels } = await session.run({ image: stackPictures([picture]) });
    invariant(pixels?.data instanceof Uint8Array, "scaled pixels that are no bytes");
    const [, height = 0, width = 0] = pixels.shape;
    return { width, height, data: pixels.data };
  };
  return {
    cut: async (picture) => {
      const random = new Random(seed).split(`windows of ${await contentHash([picture.data])}`);
      const canvas = await scaled(picture);
      return Array.from({ length: count }, () => windowOf(canvas, tilePx, random));
    },
    dispose: async () => session?.dispose(),
  };
}

/** A window at a random place; beyond a smaller picture its edge goes on. */
function windowOf({ width, height, data }: RgbImage, side: number, random: Random): Uint8Array {
  const top = random.integer(Math.max(0, height - side) + 1);
  const left = random.integer(Math.max(0, width - side) + 1);
  const window = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    const row = Math.min(top + y, height - 1) * width;
    for (let x = 0; x < side; x++) {
      const from = 3 * (row + Math.min(left + x, width - 1));
      for (let c = 0; c < 3; c++) window[(c * side + y) * side + x] = data[from + c] ?? 0;
    }
  }
  return window;
}
