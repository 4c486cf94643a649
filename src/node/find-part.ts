/** Whether the good pictures of a folder show one part that lies anyhow; see `studyPart`. */
import type { RgbImage } from "../base/raster.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import {
  imageInput,
  imagePlanes,
  type PartStudy,
  rounded,
  searchSize,
  shrinkLarge,
  stackPictures,
  studyPart,
} from "../detectors/index.ts";
import { noPart } from "../detectors/learn-part.ts";
import { buildGraph, cast, resizeLinear } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { abortable } from "../runtime/abortable.ts";
import type { Backend } from "../runtime/backend.ts";
import type { LocateMode } from "./locate-mode.ts";
import type { Picture } from "./picture.ts";
import { somePictures } from "./some-pictures.ts";

const studied = 120; // pictures, evenly spread (ours)
const largestSidePx = 256; // of a large picture before it enters a graph (ours): well above the size of the search
const mostAspectSpread = 0.02; // between the pictures' proportions (ours)

/**
 * Reads some of the good pictures and studies them.
 *
 * @param options - `mode`: "on" takes the part as the user's word; "off" looks at nothing. `depth`: as for `readImage`.
 * @throws {AbortError} E_ABORTED if the signal is aborted, within one picture.
 */
export async function findPart(
  pictures: readonly Picture[],
  options: {
    readonly backend: Backend;
    readonly mode: LocateMode;
    readonly depth?: SampleDepth | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PartStudy> {
  const { backend, mode, depth, signal } = options;
  if (mode === "off") return noPart("not asked for");
  let first: number | undefined; // aspect of the first picture that could be read
  const small: RgbImage[] = [];
  let shrinker: Shrinker | undefined;
  try {
    for await (const picture of somePictures(pictures, studied, { depth, signal })) {
      const aspect = picture.height / picture.width;
      first ??= aspect;
      if (Math.abs(aspect / first - 1) > mostAspectSpread) {
        return noPart("the pictures differ in their proportions");
      }
      shrinker ??= await openShrinker(backend, searchSize(aspect));
      small.push(await shrinker.shrink(picture));
    }
  } finally {
    await shrinker?.dispose();
  }
  return studyPart(small, first ?? 1, {
    backend: abortable(backend, signal, "training"),
    isWanted: mode === "on",
  });
}

interface Shrinker {
  shrink(picture: RgbImage): Promise<RgbImage>;
  dispose(): Promise<void>;
}

async function openShrinker(
  backend: Backend,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Shrinker> {
  const image = imageInput();
  const planes = rounded(resizeLinear(imagePlanes(image), height, width));
  const outputs = { pixels: cast(planes, "uint8") };
  const session = await backend.load(encodeModel(buildGraph({ name: "shrink", inputs: [image], outputs })));
  return {
    shrink: async (picture) => {
      const { pixels } = await session.run({ image: stackPictures([shrinkLarge(picture, largestSidePx)]) });
      const data = new Uint8Array(3 * width * height);
      for (let i = 0; i < data.length; i++) {
        data[i] = Number(pixels?.data[(i % 3) * width * height + Math.floor(i / 3)]); // by pixel, not by colour
      }
      return { width, height, data };
    },
    dispose: () => session.dispose(),
  };
}
