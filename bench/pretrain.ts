/**
 * `npm run pretrain -- --folder runs/pretrain`: trains RADAR's network on rendered pictures, so that a training may begin with what
 * holds for any part.
 *
 * Every picture is rendered and seen once; nothing in it was photographed. The checkpoint in the folder is gone on from where there
 * is one. `--begin stored` begins with the parameters of the sources instead of random ones. At the end the parameters are written as
 * a module of the sources, packed. `--look sheet.png` draws pictures of some families, with planted defects above, and trains nothing.
 * Progress on stderr.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { checkChoice } from "../src/base/check.ts";
import { TrainingError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { contentHash } from "../src/detectors/content-hash.ts";
import { headStart, storedNetwork } from "../src/methods/radar/head-start.ts";
import { packWeights } from "../src/methods/radar/packed-weights.ts";
import { timestepLimit } from "../src/methods/radar/radar-training.ts";
import { readouts } from "../src/methods/radar/readouts.ts";
import { initialValues } from "../src/nn/index.ts";
import { ensureFolder, writeFileAtomic } from "../src/node/atomic-file.ts";
import { systemCode } from "../src/node/system-error.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  runTraining,
  trainedParameters,
  trainStepGraph,
} from "../src/train/index.ts";
import { RenderedBatches } from "./pretrain/batches.ts";
import { changeObjective, pretrainedNetwork, storedOf, withStored } from "./pretrain/change-objective.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "runs/pretrain" },
    steps: { type: "string", default: "4000" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "2" },
    output: { type: "string", default: "src/methods/radar/head-start-weights.ts" },
    begin: { type: "string", default: "random" },
    look: { type: "string" },
  },
});

const sizePx = 128; // a part's structure shows at it, and a step takes a quarter of one at 256
const families = 4;
const seed = Number(values.seed);
const batches = new RenderedBatches({
  sizePx,
  families,
  timestepLimit,
  scoringTimestep: readouts.combined.timesteps[0] ?? 0,
  seed,
});
if (values.look === undefined) await pretrain(values);
else await drawLook(values.look);

async function pretrain({ folder, output, steps, threads, begin }: typeof values): Promise<void> {
  checkChoice("--begin", begin, ["random", "stored"]);
  const objective = changeObjective(pretrainedNetwork(), families, sizePx);
  const parameters = trainedParameters(objective);
  const drawn = initialValues(parameters, new Random(seed).split("parameters"));
  const stored = begin === "stored" ? await headStart(storedNetwork) : undefined;
  const initial = stored ? withStored(drawn, stored.parameters) : drawn;
  const beginning = stored ? `version ${stored.version}` : "random";
  const checkpointPath = join(folder, "checkpoint.safetensors");
  const pretraining = `${steps} steps, seed ${seed}, begun from ${beginning}`;
  await ensureFolder(folder);
  const { average } = await runTraining({
    backend: nodeBackend({ threads: Number(threads), spin: false }),
    graph: trainStepGraph(objective, {
      learningRate: 1e-3,
      warmupSteps: 100,
      maxGradientNorm: 1,
      emaDecay: 0.998,
      weightDecay: 0.01,
    }),
    initial,
    batches,
    length: { steps: Number(steps) },
    now: () => performance.now() / 1000,
    resume: await readCheckpoint(checkpointPath, pretraining),
    metadata: { pretraining },
    saveCheckpoint: (bytes) => writeFileAtomic(checkpointPath, bytes),
    onProgress: reporter(),
  });
  await writeFileAtomic(
    output,
    new TextEncoder().encode(await weightsModule(storedOf(average), pretraining)),
  );
  process.stderr.write(`written: ${output}\n`);
}

/** The module that `headStart` reads. */
async function weightsModule(parameters: Float32Array, pretraining: string): Promise<string> {
  const weights = packWeights(parameters);
  const version = (await contentHash([new TextEncoder().encode(weights)])).slice(0, 16);
  return `/** Made by \`npm run pretrain\` (${pretraining}), never by hand; see packed-weights.ts. */
export const version = "${version}";

export const weights: string =
  "${weights}";
`;
}

/** The checkpoint of the same pretraining, if there is one; that of another is not written over. */
async function readCheckpoint(path: string, pretraining: string): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const checkpoint = decodeCheckpoint(bytes);
  if (checkpoint.metadata.pretraining === pretraining) return checkpoint;
  throw new TrainingError(
    "E_CHECKPOINT",
    `${path}: expected a checkpoint of ${pretraining}, got one of ${checkpoint.metadata.pretraining}. Name another --folder.`,
  );
}

/** Prints the means of the losses every hundred steps. */
function reporter(): NonNullable<Parameters<typeof runTraining>[0]["onProgress"]> {
  const every = 100;
  let sums: Record<string, number> = {};
  return ({ step, totalSteps, seconds, terms }) => {
    for (const [name, value] of Object.entries(terms)) sums[name] = (sums[name] ?? 0) + value / every;
    if (step % every !== 0) return;
    const means = Object.entries(sums).map(([name, mean]) => `${name} ${mean.toFixed(4)}`);
    process.stderr.write(`step ${step} of ${totalSteps}, ${Math.round(seconds)} s, ${means.join(", ")}\n`);
    sums = {};
  };
}

/** Two rows of pictures: defects planted above, as the network sees them, and sound ones of the same families below. */
async function drawLook(path: string): Promise<void> {
  const columns = 4 * families;
  const sheet = Buffer.alloc(3 * 2 * sizePx * columns * sizePx);
  const plane = sizePx * sizePx;
  for (let left = 0; left < columns; left += families) {
    const { x0 } = batches.next();
    const pixels = x0?.data ?? [];
    for (let i = 0; i < 2 * families * plane; i++) {
      const [picture, place] = [Math.floor(i / plane), i % plane];
      const x = (left + (picture % families)) * sizePx + (place % sizePx);
      const y = Math.floor(picture / families) * sizePx + Math.floor(place / sizePx);
      for (let channel = 0; channel < 3; channel++) {
        const value = Number(pixels[(3 * picture + channel) * plane + place] ?? 0);
        sheet[3 * (y * columns * sizePx + x) + channel] = Math.round(127.5 * (value + 1));
      }
    }
  }
  const raw = { width: columns * sizePx, height: 2 * sizePx, channels: 3 } as const;
  await writeFileAtomic(path, new Uint8Array(await sharp(sheet, { raw }).png().toBuffer()));
}
