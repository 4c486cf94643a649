/** Makes the pictures of docs/where-to-look.md from rendered parts: npx tsx bench/look-pictures.ts */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../src/base/random.ts";
import type { RgbImage } from "../src/base/raster.ts";
import { imageResizer } from "../src/detectors/image-resizer.ts";
import { mapScaleOf } from "../src/evaluation/index.ts";
import { writeFileAtomic } from "../src/node/atomic-file.ts";
import { findPart } from "../src/node/find-part.ts";
import { encodeWebp } from "../src/node/image-codec.ts";
import { loadDetectorFile, type PictureDetector, type TrainOptions, train } from "../src/node/index.ts";
import { overlay, resizeImage, sideBySide } from "../src/report/index.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { type Lie, lyingPart, partLength, randomLie } from "../test/support/lying-parts.ts";
import { sheet, sheetSize } from "../test/support/sheets.ts";

const folder = await mkdtemp(join(tmpdir(), "look-pictures-"));
const size = { width: 160, height: 160 };
const method = { method: "padim-lite", imageSize: 128 } as const;

/** A detector of the pictures; `use` gets it. */
async function withDetector<T>(
  good: readonly RgbImage[],
  options: Partial<TrainOptions>,
  use: (detector: PictureDetector) => Promise<T>,
): Promise<T> {
  const output = join(folder, "model.onnx");
  await train(good, { ...method, output, ...options });
  const detector = await loadDetectorFile(output);
  return use(detector).finally(() => detector.dispose());
}

/** Heat map and outline over the picture; what is not looked at is dimmed. */
async function found(detector: PictureDetector, picture: RgbImage): Promise<RgbImage> {
  const { anomalyMap, lookedAt } = await detector.detectOne(picture);
  const { maximum: scaleMaximum, threshold } = mapScaleOf(detector);
  return overlay(picture, anomalyMap, { scaleMaximum, threshold, lineWidthPx: 2, lookedAt });
}

/** Rows of pictures under each other. */
function rows(...pictures: readonly (readonly RgbImage[])[]): RgbImage {
  const gapPx = 6;
  const strips = pictures.map((row) => sideBySide(row, { gapPx }));
  const width = Math.max(...strips.map((strip) => strip.width));
  const height = strips.reduce((sum, strip) => sum + strip.height + gapPx, -gapPx);
  const data = new Uint8Array(3 * width * height).fill(255);
  let top = 0;
  for (const strip of strips) {
    for (let y = 0; y < strip.height; y++) {
      data.set(strip.data.subarray(3 * y * strip.width, 3 * (y + 1) * strip.width), 3 * (top + y) * width);
    }
    top += strip.height + gapPx;
  }
  return { width, height, data };
}

async function save(name: string, picture: RgbImage): Promise<void> {
  await writeFileAtomic(join(import.meta.dirname, "../docs/images", name), await encodeWebp(picture));
}

async function located(): Promise<void> {
  const random = new Random(21);
  const good = Array.from({ length: 40 }, () => lyingPart(size, randomLie(random, size), { random }));
  const marked = Array.from({ length: 5 }, (_, i) =>
    lyingPart(size, randomLie(random, size), { random, mark: [-0.42 + 0.16 * i, 0.01] }),
  );
  const backend = nodeBackend({ threads: 1 });
  const { part } = await findPart(good, { backend, mode: "on" });
  const resizer = await imageResizer(backend, size.width, { part: part ?? undefined });
  const upright = await Promise.all(marked.map(async (picture) => imageOf(await resizer.resize(picture))));
  await resizer.dispose();
  const maps = await withDetector(good, {}, (detector) =>
    Promise.all(marked.map((picture) => found(detector, picture))),
  );
  await save("located.webp", rows(marked, upright, maps));
}

/** @param planes - uint8 [3, S, S]. */
function imageOf(planes: Uint8Array): RgbImage {
  const plane = size.width * size.height;
  const data = new Uint8Array(3 * plane).map((_, i) => planes[(i % 3) * plane + Math.floor(i / 3)] ?? 0);
  return { ...size, data };
}

async function regions(): Promise<void> {
  const random = new Random(22);
  const length = partLength(size);
  const drawnOn: Lie = { x: 80, y: 80, turn: 0 };
  const good = Array.from({ length: 40 }, (_, i) =>
    lyingPart(size, i === 0 ? drawnOn : randomLie(random, size), { random }),
  );
  const region = {
    name: "shaft",
    x: 80 - 0.48 * length,
    y: 80 - 0.08 * length,
    width: 0.72 * length,
    height: 0.16 * length,
  };
  const marks = [
    [-0.3, 0],
    [0.1, 0.02],
    [0.4, 0],
    [0.42, -0.05],
  ] as const;
  const marked = marks.map((mark) => lyingPart(size, randomLie(random, size), { random, mark }));
  const shown = [...good.slice(0, 1), ...marked];
  const maps = await withDetector(good, { regions: [region] }, (detector) =>
    Promise.all(shown.map((picture) => found(detector, picture))),
  );
  await save("regions.webp", rows(shown, maps));
}

async function tiles(): Promise<void> {
  const random = new Random(23);
  const good = Array.from({ length: 24 }, () => sheet(random));
  const line = { x: 97, y: 250, length: 14 };
  const picture = sheet(random, sheetSize, line);
  const inSquare = resizeImage(resizeImage(picture, { width: 64, height: 64 }), sheetSize);
  const square = await withDetector(good, { imageSize: 64 }, (detector) => found(detector, picture));
  const tiled = await withDetector(good, { imageSize: 64, resolution: "full" }, (detector) =>
    found(detector, picture),
  );
  await save("tiles.webp", rows([picture, inSquare, square, tiled]));
}

try {
  await located();
  await regions();
  await tiles();
} finally {
  await rm(folder, { recursive: true });
}
