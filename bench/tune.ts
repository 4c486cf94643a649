/**
 * `npm run tune -- --sets a,b --methods vae,pca --output tuning.json`: chooses the constants of methods on good images alone.
 *
 * Of each set some good images are held back and defects planted in copies of them; no test image is read. Each method
 * starts with its own constants; one after the other is tried with other values, and a value is kept that raises the mean
 * over all sets of (image AUROC + pixel AUROC) / 2 by a step or more. Every method has the same number of trials at most.
 * What was tried is kept in the cache: a run that was stopped goes on. Progress on stderr.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { contentHash } from "../src/detectors/content-hash.ts";
import { loadDetector } from "../src/detectors/index.ts";
import { evaluate } from "../src/evaluation/index.ts";
import { trainDetector } from "../src/methods/index.ts";
import { writeFileAtomic } from "../src/node/atomic-file.ts";
import { diskNetworkStore } from "../src/node/network-store.ts";
import { softwareVersions } from "../src/node/software-versions.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { openSet } from "./open-set.ts";
import { type PlantedTest, plantedTest } from "./planted-test.ts";
import { type TuningDocument, type TuningTrial, tuningDocumentSchema } from "./tuning-document.ts";
import { type Changes, mostTrials, plans } from "./tuning-plan.ts";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "" },
    methods: { type: "string", default: Object.keys(plans).join(",") },
    size: { type: "string", default: "80" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "2" },
    cache: { type: "string", default: "runs/tune" },
    output: { type: "string", default: "tuning.json" },
  },
});

const smallestGain = 0.002; // of the mean figure: less is noise (ours)

const names = values.methods.split(",");
const folders = values.sets.split(",").filter(Boolean);
const unknown = names.find((name) => plans[name] === undefined);
if (folders.length === 0 || unknown !== undefined) {
  process.stderr.write(
    unknown === undefined
      ? "tune: expected --sets with folders, separated by commas, got none.\n"
      : `tune: expected methods of ${Object.keys(plans).join(", ")}, got "${unknown}".\n`,
  );
  process.exit(2);
}

interface TuningSet {
  readonly name: string;
  readonly size: number;
  readonly hash: string;
  readonly planted: PlantedTest;
}

const now = (): number => performance.now() / 1000;
const seed = Number(values.seed);
const backend = nodeBackend({ threads: Number(values.threads), spin: false });
const networks = diskNetworkStore(join(values.cache, "networks"), now);
const trialFolder = join(values.cache, "trials");
mkdirSync(trialFolder, { recursive: true });
const sets: TuningSet[] = [];
for (const folder of folders) sets.push(await opened(folder));

const methods: TuningDocument["methods"][number][] = [];
for (const name of names) {
  methods.push(await tuned(name));
  const document: TuningDocument = {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    software: softwareVersions(),
    sizePx: Number(values.size),
    seed,
    smallestGain,
    sets: sets.map((set) => ({
      name: set.name,
      contentHash: set.hash,
      learned: set.planted.learned.length,
      goodImages: set.planted.test.filter(({ label }) => label === 0).length,
      plantedImages: set.planted.test.filter(({ label }) => label === 1).length,
    })),
    methods,
  };
  tuningDocumentSchema.parse(document);
  await writeFileAtomic(values.output, `${JSON.stringify(document, null, 2)}\n`);
}

/** Good images of a set, split and planted. */
async function opened(folder: string): Promise<TuningSet> {
  const sizeOf = (side: number): number => Math.min(Number(values.size), Math.floor(side / 16) * 16);
  const { dataset, sizePx, planes } = await openSet(folder, {
    backend,
    purpose: "training",
    sizeOf,
    locate: "off",
  });
  const random = new Random(seed).split("planted test");
  return {
    name: dataset.name,
    size: sizePx,
    hash: await contentHash(planes),
    planted: plantedTest(planes, sizePx, random),
  };
}

/** Tries one setting after the other and keeps what helps. */
async function tuned(method: string): Promise<TuningDocument["methods"][number]> {
  const own = await trial(method, {});
  const trials = [own];
  let best = own;
  for (const [setting, candidates] of Object.entries(plans[method]?.tried ?? {})) {
    const before = best;
    const current = best.settings[setting];
    for (const value of candidates) {
      if (value === current || trials.length >= mostTrials) continue;
      const next = await trial(method, { ...before.changes, [setting]: value });
      trials.push(next);
      if (next.mean >= best.mean + smallestGain) best = next;
    }
  }
  process.stderr.write(
    `${method}: ${own.mean.toFixed(4)} -> ${best.mean.toFixed(4)} ${text(best.changes)}\n`,
  );
  return {
    method,
    own: own.settings,
    trials: trials.map(({ settings: _, ...rest }) => rest),
    chosen: best.changes,
  };
}

/** Scores a method with some settings changed on all sets. */
async function trial(
  method: string,
  changes: Changes,
): Promise<TuningTrial & { readonly settings: Changes }> {
  const figures: TuningTrial["sets"][number][] = [];
  let settings: Changes = {};
  for (const set of sets) {
    const { size } = set;
    const prepared = plans[method]?.prepare({ preset: "fast", imageSize: size, seed }, size, changes);
    if (prepared === undefined) continue;
    settings = { ...prepared.settings };
    figures.push({ set: set.name, ...(await cached(method, set, prepared)) });
  }
  const mean = figures.reduce((sum, { imageAuroc, pixelAuroc }) => sum + (imageAuroc + pixelAuroc) / 2, 0);
  const result = { changes, mean: mean / figures.length, sets: figures, settings };
  process.stderr.write(`${method} ${text(changes)}: ${result.mean.toFixed(4)}\n`);
  return result;
}

async function cached(
  method: string,
  { name, hash, planted, size }: TuningSet,
  prepared: Parameters<typeof trainDetector>[1],
): Promise<{ imageAuroc: number; pixelAuroc: number }> {
  const { settings, options } = prepared;
  const identity = JSON.stringify({ method, hash, size, settings, options });
  const path = join(trialFolder, `${await contentHash([new TextEncoder().encode(identity)])}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // not tried yet
  }
  const context = { backend, now, name, skipped: 0, software: {}, networks };
  const { model } = await trainDetector(planted.learned, prepared, context);
  const detector = await loadDetector(model, backend);
  const { metrics } = await evaluate(detector, planted.test, { now });
  await detector.dispose();
  const { image, pixel } = metrics;
  const figures = { imageAuroc: image.auroc ?? Number.NaN, pixelAuroc: pixel?.auroc ?? Number.NaN };
  await writeFileAtomic(path, JSON.stringify(figures));
  return figures;
}

function text(changes: Changes): string {
  const shown = Object.entries(changes).map(([name, value]) => `${name} ${String(value).slice(0, 8)}`);
  return shown.length === 0 ? "as it is" : shown.join(", ");
}
