/**
 * `radar detect` over many pictures: `npx tsx bench/detect-many.ts <model> <folder of pictures> [count] [overlay folder]`.
 * Prints the rates of scoring alone, one picture after the other and as many at a time as `radar detect` scores, and of files with all that is around it, medians of turns over at most 100 pictures; the rate of all of them and the
 * memory after every tenth; how many pictures get other bits in batches of eight; and processor time a picture.
 */
import { linkSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { inOrder } from "../src/base/in-order.ts";
import { detectFiles, loadDetectorFile, type PictureDetector, readImage } from "../src/node/index.ts";
import { parallelFor } from "../src/node/load-detector.ts";
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
  const detector = await loadDetectorFile(model, { parallel: parallelFor({}) });
  const alone = await loadDetectorFile(model);
  const perSecond = await rates(alone, detector);
  const megabytes: number[] = [];
  const manyPerSecond = await rate(async () => {
    let done = 0;
    for await (const _ of detectFiles(detector, links, output === undefined ? {} : { output }))
      if (++done % Math.max(1, Math.floor(total / 10)) === 0)
        megabytes.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
    return done;
  });
  const otherBitsInBatches = await otherBits(alone);
  const cpuMilliseconds = await processorTime(alone);
  await alone.dispose();
  await detector.dispose();
  console.log(
    JSON.stringify({
      pictures: total,
      perSecond,
      shareOfScoring: perSecond.files / perSecond.scoring,
      shareOfScoringAtATime: perSecond.files / perSecond.scoringAtATime,
      manyPerSecond,
      megabytes,
      otherBitsInBatches,
      cpuMilliseconds,
    }),
  );
} finally {
  rmSync(links, { recursive: true });
}

/** Pictures a second, scored one by one, several at a time, and from files: medians of five turns after one that warms up. */
async function rates(
  alone: PictureDetector,
  detector: PictureDetector,
): Promise<Readonly<Record<"scoring" | "scoringAtATime" | "files", number>>> {
  const paths = pictures.slice(0, 100);
  const images = await Promise.all(paths.map((path) => readImage(path)));
  const works = {
    scoring: async () => {
      for (const image of images) await alone.detectOne(image);
      return images.length;
    },
    scoringAtATime: async () => {
      for await (const _ of inOrder(images, (image) => detector.detectOne(image), detector.parallel ?? 1));
      return images.length;
    },
    files: async () => {
      for await (const _ of detectFiles(detector, paths));
      return paths.length;
    },
  };
  const found = { scoring: [] as number[], scoringAtATime: [] as number[], files: [] as number[] };
  for (let round = 0; round < 6; round++) {
    for (const name of ["scoring", "scoringAtATime", "files"] as const) {
      const reached = await rate(works[name]);
      if (round > 0) found[name].push(reached);
    }
  }
  return {
    scoring: median(found.scoring),
    scoringAtATime: median(found.scoringAtATime),
    files: median(found.files),
  };
}

/** How many of the first 96 pictures, all of one size, get another score or another map in batches of eight than alone. */
async function otherBits(
  detector: PictureDetector,
): Promise<{ readonly pictures: number; readonly scores: number; readonly maps: number }> {
  const images = await Promise.all(pictures.slice(0, 96).map((path) => readImage(path)));
  let [scores, maps] = [0, 0];
  for (let start = 0; start < images.length; start += 8) {
    const batch = images.slice(start, start + 8);
    const together = await detector.detect(batch);
    for (const [i, image] of batch.entries()) {
      const alone = await detector.detectOne(image);
      const data = together[i]?.anomalyMap.data;
      if (together[i]?.anomalyScore !== alone.anomalyScore) scores++;
      if (alone.anomalyMap.data.some((value, at) => value !== data?.[at])) maps++;
    }
  }
  return { pictures: images.length, scores, maps };
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
