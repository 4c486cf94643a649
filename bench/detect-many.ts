/**
 * `radar detect` over many pictures: `npx tsx bench/detect-many.ts <model> <folder of pictures> [count] [overlay folder]`.
 * Prints the rate of scoring alone, that of files with all that is around it, the memory after every tenth of them, and processor time a picture.
 */
import { linkSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { detectFiles, loadDetectorFile, type PictureDetector, readImage } from "../src/node/index.ts";
import { median } from "./median.ts";

const [model = "", folder = "", count = "1000", output] = process.argv.slice(2);
const total = Number(count);
const pictures = readdirSync(folder).map((name) => resolve(folder, name));
const links = mkdtempSync(join(tmpdir(), "radar-many-"));
try {
  for (let i = 0; i < total; i++) {
    const path = pictures[i % pictures.length] ?? "";
    linkSync(path, join(links, `${String(i).padStart(6, "0")}${extname(path)}`));
  }
  const detector = await loadDetectorFile(model);
  const image = await readImage(pictures[0] ?? "");
  const alone = await rate(async () => {
    for (let i = 0; i < 50; i++) await detector.detectOne(image);
    return 50;
  });
  const megabytes: number[] = [];
  const around = await rate(async () => {
    let done = 0;
    for await (const _ of detectFiles(detector, links, output === undefined ? {} : { output }))
      if (++done % Math.max(1, Math.floor(total / 10)) === 0)
        megabytes.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
    return done;
  });
  const cpuMilliseconds = await processorTime(detector);
  await detector.dispose();
  console.log(
    JSON.stringify({
      pictures: total,
      scoringPerSecond: alone,
      filesPerSecond: around,
      megabytes,
      cpuMilliseconds,
    }),
  );
} finally {
  rmSync(links, { recursive: true });
}

/** Milliseconds of the processor a picture, medians of five rounds in turns on the first 16 pictures: less moved by other work than rates are. */
async function processorTime(detector: PictureDetector): Promise<Record<string, number>> {
  const paths = pictures.slice(0, 16);
  const images = await Promise.all(paths.map((path) => readImage(path)));
  const works: Readonly<Record<string, () => Promise<void>>> = {
    scoring: async () => {
      for (const image of images) await detector.detectOne(image);
    },
    scoringInBatchesOf8: async () => {
      for (let i = 0; i < images.length; i += 8) await detector.detect(images.slice(i, i + 8));
    },
    decoding: async () => {
      await Promise.all(paths.map((path) => readImage(path)));
    },
    files: async () => {
      for await (const _ of detectFiles(detector, paths));
    },
  };
  const spent: Record<string, number[]> = {};
  for (let round = 0; round < 6; round++) {
    for (const [name, work] of Object.entries(works)) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      if (round > 0) spent[name] = [...(spent[name] ?? []), (user + system) / 1000 / paths.length];
    }
  }
  return Object.fromEntries(Object.entries(spent).map(([name, values]) => [name, median(values)]));
}

/** Pictures a second. */
async function rate(run: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const done = await run();
  return (1000 * done) / (performance.now() - started);
}
