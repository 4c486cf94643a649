/** A rendered data set on disk, marked as what it is. */
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { DefectMask, RgbImage } from "../base/raster.ts";
import { type RenderDatasetOptions, renderDataset } from "../rendered/index.ts";
import { ensureFolder, writeFileAtomic } from "./atomic-file.ts";
import { encodePng } from "./image-codec.ts";
import { pathKind } from "./path-kind.ts";

const markName = "RENDERED.txt";
const markText = `The images in this folder are rendered by radar-ad: surfaces, light, wear and defects are computed, no camera saw them.
The masks in ground_truth/ are exact. This folder is emptied and written anew by radar demo.
`;

/**
 * Renders a data set into a folder in the layout of MVTec AD, with a text file that says that it is rendered.
 *
 * @param folder - New, empty, or written by this function before: then it is emptied first.
 * @param options - What to render; `seed` instead of a generator.
 * @returns Number of images, masks not counted.
 * @throws {FileError} E_FILE if the folder holds anything else, or cannot be written; {OptionError} E_OPTION.
 */
export async function writeRenderedFolder(
  folder: string,
  options: Omit<RenderDatasetOptions, "random"> & { readonly seed: number },
): Promise<number> {
  const { seed, ...rest } = options;
  const entries = renderDataset({ ...rest, random: new Random(seed) });
  await ensureFolder(folder);
  await empty(folder);
  await writeFileAtomic(join(folder, markName), markText);
  let count = 0;
  for (const { relativePath, image, maskPath, mask } of entries) {
    await writePng(join(folder, relativePath), image);
    if (maskPath !== null && mask !== null) await writePng(join(folder, maskPath), maskPicture(mask));
    count++;
  }
  return count;
}

async function empty(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length === 0) return;
  if ((await pathKind(join(folder, markName))) !== "file") {
    throw new FileError(
      `${folder}: expected a new or empty folder for rendered images, got one with ${names.length} other files. Name another.`,
    );
  }
  for (const name of names.filter((name) => name !== markName))
    await rm(join(folder, name), { recursive: true });
}

async function writePng(path: string, image: RgbImage): Promise<void> {
  await ensureFolder(dirname(path));
  await writeFileAtomic(path, await encodePng(image));
}

function maskPicture({ width, height, data }: DefectMask): RgbImage {
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] ?? 0),
  };
}
