/** The process that `growth.ts` measures for each number of images: two steps, then fitting and calibration. Arguments: images, threads, side. */
import { Random } from "../src/base/random.ts";
import { prepareMethod, trainDetector } from "../src/methods/index.ts";
import { peakMemoryBytes } from "../src/node/peak-memory.ts";
import { renderSurface } from "../src/rendered/index.ts";
import type { Backend } from "../src/runtime/backend.ts";
import { nodeBackend } from "../src/runtime/node.ts";

const [images = 20, threads = 2, side = 128] = process.argv.slice(2).map(Number);
const random = new Random(0);
const pictures = Array.from({ length: images }, () => {
  const { image } = renderSurface({ kind: "print", width: side, height: side, defect: null, random });
  const area = side * side;
  return Uint8Array.from(
    { length: 3 * area },
    (_, i) => image.data[3 * (i % area) + Math.floor(i / area)] ?? 0,
  );
});

let seen = 0;
const inner = nodeBackend({ threads });
const counting: Backend = {
  name: inner.name,
  load: async (model, options) => {
    const session = await inner.load(model, options);
    const run: typeof session.run = (feeds, meanwhile) => {
      seen += feeds.image?.shape[0] ?? 0; // a training step has no such input
      return session.run(feeds, meanwhile);
    };
    const { inputNames, outputNames } = session;
    return {
      inputNames,
      outputNames,
      run,
      carried: () => session.carried(),
      dispose: () => session.dispose(),
    };
  },
};
const seconds = () => performance.now() / 1000;
const stages: { readonly stage: string; readonly at: number; readonly seen: number }[] = [];
const mark = (stage: string) => stages.push({ stage, at: seconds(), seen });
const prepared = prepareMethod({ length: { steps: 2 } }, side);
mark("steps");
await trainDetector(pictures, prepared, {
  backend: counting,
  now: seconds,
  name: "growth",
  skipped: 0,
  software: {},
  onStage: mark,
});
mark("end");
const [steps, fitting, calibrating, end] = stages;
if (!steps || !fitting || !calibrating || !end)
  throw new Error(`growth: expected two stages of a training, got ${stages.length - 2}.`);
process.stdout.write(
  JSON.stringify({
    images,
    threads,
    stepsSeconds: fitting.at - steps.at,
    fittingSeconds: calibrating.at - fitting.at,
    calibratingSeconds: end.at - calibrating.at,
    fittingPictures: calibrating.seen - fitting.seen,
    calibratingPictures: end.seen - calibrating.seen,
    peakBytes: peakMemoryBytes(),
    pictureBytes: images * 3 * side * side,
  }),
);
