/** Memory and time of scoring one large JPEG, from starting a process to its score: what `radar detect` takes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { Random } from "../src/base/random.ts";
import { train, writeRenderedFolder } from "../src/node/index.ts";

/** Figures of one photo. */
export interface LargePhotoFigures {
  readonly megapixels: number;
  /** Peak resident memory of the process. */
  readonly peakBytes: number;
  /** Decoding and scoring, without starting and loading. */
  readonly seconds: number;
}

/** Width and height of photos of 12, 40 and 101 megapixels. */
export const photoSizes: readonly (readonly [width: number, height: number])[] = [
  [4000, 3000],
  [7728, 5184],
  [11608, 8704],
];

/** Photos of some sizes, each scored in a process of its own by a model of method gaussian. */
export async function measureLargePhotos(sizes: typeof photoSizes): Promise<LargePhotoFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), "radar-bench-"));
  try {
    const [data, model] = [join(folder, "set"), join(folder, "model.onnx")];
    await writeRenderedFolder(data, {
      seed: 0,
      width: 256,
      height: 256,
      trainGood: 12,
      testGood: 1,
      testDefective: 1,
    });
    await train(data, { method: "gaussian", output: model });
    const figures: LargePhotoFigures[] = [];
    for (const [width, height] of sizes) {
      const photo = join(folder, `${width}.jpg`);
      await writePhoto(photo, width, height);
      const program = fileURLToPath(new URL("./large-photo-process.ts", import.meta.url));
      const answer = execFileSync(process.execPath, ["--import", "tsx", program, model, photo], {
        encoding: "utf8",
      });
      const { peakBytes, seconds } = JSON.parse(answer);
      figures.push({ megapixels: (width * height) / 1e6, peakBytes, seconds });
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Noise of a sixteenth of the size, enlarged: it codes as photos do. */
async function writePhoto(path: string, width: number, height: number): Promise<void> {
  const random = new Random(0);
  const raw = { width: Math.ceil(width / 16), height: Math.ceil(height / 16), channels: 3 } as const;
  const values = Uint8Array.from({ length: 3 * raw.width * raw.height }, () => random.integer(256));
  await sharp(values, { raw }).resize(width, height, { fit: "fill" }).jpeg({ quality: 90 }).toFile(path);
}
