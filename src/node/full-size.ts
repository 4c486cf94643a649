/** Good pictures at their own resolution, as what is read in tiles learns from them. */
import { invariant } from "../base/check.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { canvasOf, imageInput, type Look, seenArea, stackPictures, type Tiles } from "../detectors/index.ts";
import { buildGraph, type Graph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";

const windowsInAll = 1000; // about so many are learned from (ours): 200 MB at 256 pixels a side
const mostOfOne = 16; // of one picture (ours)

/** A part of a picture. */
export interface Window {
  /** uint8 [3, S, S]. */
  readonly pixels: Uint8Array;
  /** What is looked at of it, uint8 [S, S], 0 where it is ignored; absent where everything is. */
  readonly looked?: Uint8Array;
}

/** Takes windows out of pictures; `dispose` frees the session. */
export interface WindowCutter {
  /** @returns Windows at random places that show something that is looked at; of pictures with the same pixels the same. */
  cut(image: RgbImage): Promise<Window[]>;
  dispose(): Promise<void>;
}

/**
 * @param options - `look`: as in the model. `pictures`: how many there are; of few more windows are taken each.
 */
export async function windowCutter(
  backend: Backend,
  options: {
    readonly look: Look & { readonly tiles: Tiles };
    readonly tilePx: number;
    readonly pictures: number;
    readonly seed: number;
  },
): Promise<WindowCutter> {
  const { look, tilePx, pictures, seed } = options;
  const { part, area, tiles } = look;
  const count = Math.min(mostOfOne, Math.ceil(windowsInAll / pictures));
  const isAsItIs = part === undefined && area === undefined && tiles.scale === 1;
  const session = isAsItIs ? null : await backend.load(encodeModel(seenGraph(look)));
  const seenOf = async (picture: RgbImage): Promise<Seen> => {
    if (session === null) return { ...picture, looked: null };
    const { pixels, labels } = await session.run({ image: stackPictures([picture]) });
    invariant(pixels?.data instanceof Uint8Array, "pixels that are no bytes");
    const [, height = 0, width = 0] = pixels.shape;
    return { width, height, data: pixels.data, looked: labels ? Uint8Array.from(labels.data, Number) : null };
  };
  return {
    cut: async (picture) => {
      const random = new Random(seed).split(`windows of ${await contentHash([picture.data])}`);
      const { looked, ...seen } = await seenOf(picture);
      const places = looked && placesOf(looked);
      return Array.from({ length: count }, () => {
        const from = places ? around(places, seen, tilePx, random) : anywhere(seen, tilePx, random);
        const cut = (data: Uint8Array, channels: number) =>
          cutOut({ ...seen, data }, channels, { ...from, side: tilePx });
        return { pixels: cut(seen.data, 3), ...(looked && { looked: cut(looked, 1) }) };
      });
    },
    dispose: async () => session?.dispose(),
  };
}

/** What tiles see of a picture. */
interface Seen extends RgbImage {
  /** Labels of its pixels; null where all of it is looked at. */
  readonly looked: Uint8Array | null;
}

/** Input `image`; outputs `pixels` uint8 [N, H, W, 3] as tiles see them and, where not all of them are looked at, their `labels`. */
function seenGraph({ part, area, tiles }: Look & { readonly tiles: Tiles }): Graph {
  const image = imageInput();
  const { pixels } = canvasOf(image, tiles, part);
  const seen = area && seenArea(pixels, area);
  const outputs = { pixels: seen?.pixels ?? pixels, ...(seen?.labels && { labels: seen.labels }) };
  return buildGraph({ name: "seen", inputs: [image], outputs });
}

interface Place {
  readonly top: number;
  readonly left: number;
}

function anywhere({ width, height }: RgbImage, side: number, random: Random): Place {
  const top = random.integer(Math.max(0, height - side) + 1);
  return { top, left: random.integer(Math.max(0, width - side) + 1) };
}

/** A window that shows one of the places. */
function around(places: Uint32Array, { width, height }: RgbImage, side: number, random: Random): Place {
  const place = places[random.integer(places.length)] ?? 0;
  const start = (at: number, extent: number) =>
    Math.max(0, Math.min(at - random.integer(side), extent - side));
  const top = start(Math.floor(place / width), height);
  return { top, left: start(place % width, width) };
}

function placesOf(data: Uint8Array): Uint32Array {
  const places = new Uint32Array(data.reduce((count, label) => count + (label === 0 ? 0 : 1), 0));
  let at = 0;
  for (const [i, label] of data.entries()) if (label !== 0) places[at++] = i;
  return places;
}

/** Values of a window, channel by channel; beyond a smaller picture its edge goes on. */
function cutOut(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  channels: number,
  { top, left, side }: Place & { readonly side: number },
): Uint8Array {
  const window = new Uint8Array(channels * side * side);
  for (let y = 0; y < side; y++) {
    const row = Math.min(top + y, height - 1) * width;
    for (let x = 0; x < side; x++) {
      const from = channels * (row + Math.min(left + x, width - 1));
      for (let c = 0; c < channels; c++) window[(c * side + y) * side + x] = data[from + c] ?? 0;
    }
  }
  return window;
}
