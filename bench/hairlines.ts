/**
 * Whether hairlines on strips are found, in one square and in tiles: npx tsx bench/hairlines.ts <folder> [method] [steps] [threads]
 *
 * Renders strips of brushed steel of 500 × 1260 pixels, scratched with lines one to two pixels wide, into the folder unless they are there; trains
 * the method (radar) at preset `fast` on them as it is and with `--resolution full`; prints both evaluations' figures as JSON.
 */
import { join } from "node:path";
import { checkChoice } from "../src/base/check.ts";
import { Random } from "../src/base/random.ts";
import type { DefectMask, RgbImage, Size } from "../src/base/raster.ts";
import { methodNames } from "../src/methods/index.ts";
import { ensureFolder, writeFileAtomic } from "../src/node/atomic-file.ts";
import { encodePng } from "../src/node/image-codec.ts";
import { evaluateFolder, train } from "../src/node/index.ts";
import { pathKind } from "../src/node/path-kind.ts";
import { renderSurface } from "../src/rendered/index.ts";

const size = { width: 500, height: 1260 } as const;
const counts = { "train/good": 40, "test/good": 20, "test/hairline": 20 } as const;

const [folder = "hairlines", method = "radar", steps, threads = "1"] = process.argv.slice(2);
checkChoice("method", method, methodNames);
if ((await pathKind(join(folder, "test"))) !== "folder") await render();
for (const resolution of [undefined, "full"] as const) {
  const name = resolution ?? "square";
  const output = join(folder, `${method}-${name}.onnx`);
  const { seconds, description } = await train(folder, {
    method,
    preset: "fast",
    threads: Number(threads),
    ...(steps && steps !== "0" && { length: { steps: Number(steps) } }),
    ...(resolution && { resolution }),
    output,
  });
  const { metrics } = await evaluateFolder(output, folder, { threads: Number(threads) });
  const { image, pixel, secondsPerImage } = metrics;
  const { steps: made } = description.training;
  console.log(
    JSON.stringify({
      method,
      resolution: name,
      steps: made,
      trainingSeconds: Math.round(seconds),
      image,
      pixel,
      secondsPerImage,
    }),
  );
}

async function render(): Promise<void> {
  const random = new Random(500);
  for (const [name, count] of Object.entries(counts)) {
    await ensureFolder(join(folder, name));
    await ensureFolder(join(folder, "ground_truth/hairline"));
    for (let i = 0; i < count; i++) {
      const { image } = renderSurface({ ...size, kind: "machined", look: "brushed", defect: null, random });
      const file = `${String(i).padStart(3, "0")}.png`;
      if (name === "test/hairline") {
        const mask = scratch(image, random);
        await writeFileAtomic(
          join(folder, "ground_truth/hairline", file.replace(".png", "_mask.png")),
          await encodePng(picture(mask)),
        );
      }
      await writeFileAtomic(join(folder, name, file), await encodePng(image));
    }
  }
}

/** Draws a straight line, 60 to 200 pixels long and 1 to 2 wide, a fifth to two fifths darker or lighter than what is there. */
function scratch(image: RgbImage, random: Random): DefectMask {
  const { width, height, data } = image;
  const mask = new Uint8Array(width * height);
  const [length, wide] = [60 + 140 * random.uniform(), 1 + random.uniform()];
  const turn = Math.PI * random.uniform();
  const [x, y] = [width * (0.25 + 0.5 * random.uniform()), height * (0.15 + 0.7 * random.uniform())];
  const change = (random.uniform() < 0.5 ? -1 : 1) * (0.2 + 0.2 * random.uniform());
  for (let i = 0; i < mask.length; i++) {
    const [dx, dy] = [(i % width) + 0.5 - x, Math.floor(i / width) + 0.5 - y];
    const along = dx * Math.cos(turn) + dy * Math.sin(turn);
    const across = dy * Math.cos(turn) - dx * Math.sin(turn);
    const share = Math.min(
      1,
      Math.max(0, (wide + 1) / 2 - Math.abs(across)),
      Math.max(0, length / 2 - Math.abs(along)),
    );
    if (share === 0) continue;
    mask[i] = 255;
    for (let c = 3 * i; c < 3 * i + 3; c++) {
      data[c] = Math.max(0, Math.min(255, Math.round((data[c] ?? 0) * (1 + share * change))));
    }
  }
  return { width, height, data: mask };
}

function picture({ width, height, data }: DefectMask & Size): RgbImage {
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] ?? 0),
  };
}
