/** A few pictures of many, for what can be told without reading them all. */
import { checkAborted } from "../base/abort.ts";
import { RadarError } from "../base/errors.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import { namedImage, type Picture } from "./picture.ts";

/**
 * At most `count` pictures, evenly spread, one after the other; those that cannot be read are passed over, whoever reads them all reports them.
 *
 * @throws {AbortError} E_ABORTED if the signal is aborted, within one picture.
 */
export async function* somePictures(
  pictures: readonly Picture[],
  count: number,
  options: { readonly depth?: SampleDepth | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<RgbImage> {
  const looks = Math.min(count, pictures.length);
  for (let i = 0; i < looks; i++) {
    checkAborted(options.signal, "training");
    try {
      const picture = pictures[Math.floor((i * pictures.length) / looks)] ?? "";
      yield (await namedImage(picture, "image", options.depth)).image;
    } catch (error) {
      if (!(error instanceof RadarError)) throw error;
    }
  }
}
