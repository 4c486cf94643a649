/** The examples of a benchmark's report as they are: each image once, with a line around its true defects. */
import { relative, sep } from "node:path";
import { chooseExamples, type ExamplePhoto } from "../benchmark/index.ts";
import type { Dataset } from "../data/index.ts";
import { fitWithin, maskOutline, resizeImage } from "../report/index.ts";
import { webpDataUri } from "../report/picture.ts";
import { exampleSidePx } from "./benchmark-cell.ts";
import { encodeWebp } from "./image-codec.ts";
import { depthOfImages } from "./images-depth.ts";
import { tryReadImage, tryReadMask } from "./try-read.ts";

/** Draws the examples of a set; one that cannot be read is left out. */
export async function examplePhotos({ root, train, test }: Dataset): Promise<ExamplePhoto[]> {
  const photos: ExamplePhoto[] = [];
  const depth = await depthOfImages(train.map(({ path }) => path));
  for (const { path, className, label, maskPath } of chooseExamples(test)) {
    const [image, mask] = [
      await tryReadImage(path, depth),
      maskPath === null ? null : await tryReadMask(maskPath),
    ];
    if ("reason" in image) continue;
    const small = resizeImage(image, fitWithin(image, exampleSidePx));
    const outlined = mask === null || "reason" in mask ? small : maskOutline(small, mask);
    const dataUri = webpDataUri(await encodeWebp(outlined));
    photos.push({ path: relative(root, path).split(sep).join("/"), className, label, dataUri });
  }
  return photos;
}
