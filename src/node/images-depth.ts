/** How deep the pictures of a folder are: what is white in those of more than 8 bits a channel. */
import { open } from "node:fs/promises";
import { checkAborted } from "../base/abort.ts";
import { RadarError } from "../base/errors.ts";
import { depthOf, type LargestSamples, type SampleDepth } from "../data/sample-depth.ts";
import { largestSamples } from "./decode-samples.ts";
import { isBytes } from "./file-input.ts";
import { readBytes } from "./image-file.ts";
import { imageFormat } from "./image-format.ts";
import type { Picture } from "./picture.ts";
import { systemCode } from "./system-error.ts";

/**
 * The rule that pictures follow, told by the largest values in those of more than 8 bits a channel.
 *
 * @param pictures - Those that cannot be read have no say: whoever reads them all reports that.
 * @param options - `bits`: bits a channel where the user knows them.
 * @throws {OptionError} E_OPTION if `bits` is no integer from 8 to 16; {AbortError} E_ABORTED if `signal` says so.
 */
export async function depthOfImages(
  pictures: readonly Picture[],
  options: { readonly bits?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<SampleDepth> {
  const { bits, signal } = options;
  depthOf({ integer: 0, float: 0 }, bits); // says what is wrong before files are read
  const largest = { integer: 0, float: 0 };
  for (const picture of pictures) {
    checkAborted(signal, "reading");
    const { integer, float } = await largestIn(picture);
    largest.integer = Math.max(largest.integer, integer);
    largest.float = Math.max(largest.float, float);
  }
  return depthOf(largest, bits);
}

async function largestIn(picture: Picture): Promise<LargestSamples> {
  try {
    if (typeof picture !== "string") {
      if (isBytes(picture)) return await largestSamples(picture, "image");
    } else if (await mayBeDeep(picture)) return await largestSamples(await readBytes(picture), picture);
  } catch (error) {
    if (!(error instanceof RadarError) && systemCode(error) === undefined) throw error;
  }
  return { integer: 0, float: 0 };
}

/** Whether the first bytes leave more than 8 bits a channel possible, so that only such files are read whole. */
async function mayBeDeep(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    const format = imageFormat(buffer);
    return format === "tiff" || (format === "png" && buffer[24] === 16); // bit depth in a PNG's header
  } finally {
    await handle.close();
  }
}
