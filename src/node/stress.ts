/** What a trained detector tolerates, measured on good images alone. */
import { Random } from "../base/random.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import { type LabelledImage, type StressOptions, stressTest } from "../evaluation/index.ts";
import type { StressFigures } from "../report/index.ts";
import { throughJpeg } from "./image-codec.ts";
import { computeOptionsOf, type LoadDetectorOptions, loadDetectorFile } from "./load-detector.ts";
import { tryReadImage } from "./try-read.ts";

/** Noise that is the same for all detectors, and a real JPEG codec. */
export function stressTools(): Pick<StressOptions, "random" | "reencode"> {
  return { random: new Random(0).split("stress"), reencode: throughJpeg };
}

/**
 * How many of some good images a model calls defective as they are, and under each of `usualDisturbances`.
 *
 * @param model - Path of a model file.
 * @param paths - Good images that it did not learn from; those that cannot be read are left out.
 * @throws all that {@link loadDetectorFile} throws.
 */
export async function stressModel(
  model: string,
  paths: readonly string[],
  options: LoadDetectorOptions & {
    /** Called after each image with how many are done. */
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<StressFigures[]> {
  const detector = await loadDetectorFile(model, computeOptionsOf(options));
  try {
    return await stressTest(detector, goodImages(paths, detector.description.pictures?.depth), {
      ...stressTools(),
      onProgress: (done) => options.onProgress?.(done, paths.length),
    });
  } finally {
    await detector.dispose();
  }
}

async function* goodImages(paths: readonly string[], depth?: SampleDepth): AsyncGenerator<LabelledImage> {
  for (const path of paths) {
    const image = await tryReadImage(path, depth);
    if (!("reason" in image)) yield { path, className: "good", label: 0, maskPath: null, image, mask: null };
  }
}
