/** The process that `large-photo.ts` measures: scores one photo and tells what it took. */
import { detectFiles, loadDetectorFile } from "../src/node/index.ts";
import { peakMemoryBytes } from "../src/node/peak-memory.ts";

const [model = "", photo = ""] = process.argv.slice(2);
const detector = await loadDetectorFile(model);
const started = performance.now();
for await (const result of detectFiles(detector, [photo]))
  if ("reason" in result) throw new Error(result.reason);
const seconds = (performance.now() - started) / 1000;
await detector.dispose();
process.stdout.write(JSON.stringify({ peakBytes: peakMemoryBytes(), seconds }));
