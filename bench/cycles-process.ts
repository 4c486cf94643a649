/** The process that `cycles.ts` measures: loads, scores and disposes, and tells how large it is after each tenth. */
import { readFileSync } from "node:fs";
import { loadDetectorFile } from "../src/node/index.ts";

const [model = "", picture = "", count = "10"] = process.argv.slice(2);
const cycles = Number(count);
const [bytes, image] = [readFileSync(model), readFileSync(picture)];
const tenth = Math.max(1, Math.round(cycles / 10));
const megabytes: number[] = [];
for (let done = 1; done <= cycles; done++) {
  const detector = await loadDetectorFile(bytes, { threads: 1 });
  await detector.detectOne(image);
  await detector.dispose();
  if (done % tenth !== 0) continue;
  globalThis.gc?.();
  megabytes.push(process.memoryUsage().rss / 1e6);
}
process.stdout.write(JSON.stringify({ cycles, megabytes }));
