/**
 * `radar detect` over many pictures: `npx tsx bench/detect-many.ts <model> <folder of pictures> [count] [overlay folder]`.
 * Prints the rate of scoring alone, that of files with all that is around it, and the memory after every tenth of them.
 */
import { linkSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { detectFiles, loadDetectorFile, readImage } from "../src/node/index.ts";

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
  await detector.dispose();
  console.log(
    JSON.stringify({ pictures: total, scoringPerSecond: alone, filesPerSecond: around, megabytes }),
  );
} finally {
  rmSync(links, { recursive: true });
}

/** Pictures a second. */
async function rate(run: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const done = await run();
  return (1000 * done) / (performance.now() - started);
}
