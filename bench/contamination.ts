/**
 * How far a detector falls when defective pictures slip among the good ones: npx tsx bench/contamination.ts --sets a,b --methods padim-lite,gaussian
 *
 * Defective test pictures, drawn by the seed, are added to the good ones until they are the stated share of what is trained on. Those of the largest share are out
 * of the test set whatever the share, so that all figures of a seed are of the same pictures. One JSON on stdout; on stderr a Markdown table of
 * means over seeds.
 */
import { parseArgs } from "node:util";
import { checkChoice } from "../src/base/check.ts";
import { type Dataset, Random } from "../src/data/index.ts";
import { type ImageResizer, imageResizer } from "../src/detectors/image-resizer.ts";
import { loadDetector } from "../src/detectors/index.ts";
import { evaluate, type LabelledImage } from "../src/evaluation/index.ts";
import {
  type MethodName,
  methodNames,
  prepareMethod,
  presetNames,
  trainDetector,
} from "../src/methods/index.ts";
import { readImage } from "../src/node/index.ts";
import { diskNetworkStore } from "../src/node/network-store.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { openSet } from "./open-set.ts";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "" },
    methods: { type: "string", default: "padim-lite,gaussian" },
    shares: { type: "string", default: "0,0.02,0.05,0.1" },
    seeds: { type: "string", default: "3" },
    preset: { type: "string", default: "fast" },
    "image-size": { type: "string" },
    steps: { type: "string" },
    cache: { type: "string", default: "runs/contamination" },
    "keep-odd": { type: "boolean", default: false },
    threads: { type: "string", default: "1" },
  },
});

/** Figures of one detector. */
interface Row {
  readonly set: string;
  readonly method: MethodName;
  readonly share: number;
  readonly seed: number;
  /** Defective pictures among those that were trained on, and all of these. */
  readonly slipped: number;
  readonly trained: number;
  readonly auroc: number;
  readonly f1: number;
  readonly f1Max: number;
  /** Of good test pictures. */
  readonly falseAlarms: number;
  /** Of defective ones. */
  readonly found: number;
  /** What the threshold came from, the picture that was left out included, and what it is used on: so that rules can be compared without a training. */
  readonly scores: Record<"heldOutGood" | "heldOutSlipped" | "testGood" | "testDefective", number[]>;
}

/** A set with all that trainings and tests of it need, in memory. */
interface LoadedSet {
  readonly dataset: Dataset;
  readonly typicalSidePx: number;
  /** Good pictures, uint8 [3, S, S] each. */
  readonly good: readonly Uint8Array[];
  readonly test: readonly LabelledImage[];
  /** Makes test pictures as the good ones are. */
  readonly resizer: ImageResizer;
}

const sets = values.sets.split(",").filter(Boolean);
if (sets.length === 0) {
  process.stderr.write("contamination: expected --sets with folders, separated by commas, got none.\n");
  process.exit(2);
}
const methods = values.methods.split(",").map((name) => {
  checkChoice("methods", name, methodNames);
  return name;
});
const { preset } = values;
checkChoice("preset", preset, presetNames);
const given = {
  preset,
  ...(values["image-size"] !== undefined && { imageSize: Number(values["image-size"]) }),
  ...(values.steps !== undefined && { length: { steps: Number(values.steps) } }),
};
const shares = values.shares.split(",").map(Number);
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const now = (): number => performance.now() / 1000;
const backend = nodeBackend({ threads: Number(values.threads), spin: false });
const networks = diskNetworkStore(values.cache, now);

const rows: Row[] = [];
for (const folder of sets) {
  for (const method of methods) {
    const set = await loadedSet(folder, method);
    for (const seed of seeds) {
      for (const share of shares) rows.push(await measured(set, { method, seed, share }));
    }
    await set.resizer.dispose();
  }
}
process.stderr.write(`\n${tableOf(rows)}\n`);

async function loadedSet(folder: string, method: MethodName): Promise<LoadedSet> {
  const sizeOf = (side: number) => prepareMethod({ ...given, method }, side).options.imageSize;
  const opened = await openSet(folder, { backend, purpose: "testing", sizeOf, locate: "off" });
  const { dataset, typicalSidePx, sizePx, planes } = opened;
  const test: LabelledImage[] = [];
  for (const entry of dataset.test) test.push({ ...entry, image: await readImage(entry.path), mask: null });
  const resizer = await imageResizer(backend, sizePx);
  return { dataset, typicalSidePx, good: planes, test, resizer };
}

/** How many defective pictures beside so many good ones are that share of all. */
function slippedCount(good: number, share: number): number {
  return Math.round((good * share) / (1 - share));
}

async function measured(
  { dataset, typicalSidePx, good, test, resizer }: LoadedSet,
  of: {
    readonly method: MethodName;
    readonly seed: number;
    readonly share: number;
  },
): Promise<Row> {
  const { method, seed, share } = of;
  const defective = test.filter(({ label }) => label === 1);
  const order = new Random(seed).split("slipped").permutation(defective.length);
  const drawn = Array.from(order, (place) => defective[place]).slice(
    0,
    slippedCount(good.length, Math.max(...shares)),
  );
  const remaining = test.filter((image) => !drawn.includes(image));
  const slipped: Uint8Array[] = [];
  for (const image of drawn.slice(0, slippedCount(good.length, share))) {
    if (image) slipped.push(await resizer.resize(image.image));
  }
  const prepared = prepareMethod({ ...given, method, seed }, typicalSidePx);
  const { model, heldOut, odd } = await trainDetector([...good, ...slipped], prepared, {
    backend,
    now,
    name: dataset.name,
    skipped: 0,
    software: {},
    keepOdd: values["keep-odd"],
    networks,
  });
  const detector = await loadDetector(model, backend);
  const { metrics, results } = await evaluate(detector, remaining, { now });
  await detector.dispose();
  const flagged = (label: 0 | 1) => {
    const those = results.filter((result) => result.label === label);
    return those.filter(({ isAnomalous }) => isAnomalous).length / those.length;
  };
  const heldOutScores = (isSlipped: boolean) =>
    [...heldOut, ...odd]
      .filter(({ index }) => index >= good.length === isSlipped)
      .map(({ anomalyScore }) => anomalyScore);
  const testScores = (label: 0 | 1) =>
    results.filter((result) => result.label === label).map(({ score }) => score);
  const { auroc, f1, f1Max } = metrics.image;
  const row = {
    set: dataset.name,
    method,
    share,
    seed,
    slipped: slipped.length,
    trained: good.length + slipped.length,
    auroc: auroc ?? Number.NaN,
    f1: f1 ?? Number.NaN,
    f1Max: f1Max ?? Number.NaN,
    falseAlarms: flagged(0),
    found: flagged(1),
    scores: {
      heldOutGood: heldOutScores(false),
      heldOutSlipped: heldOutScores(true),
      testGood: testScores(0),
      testDefective: testScores(1),
    },
  };
  const figures = [row.auroc, row.f1, row.f1Max, row.falseAlarms, row.found].map((value) => value.toFixed(3));
  process.stdout.write(`${JSON.stringify(row)}\n`);
  process.stderr.write(`${[row.set, method, share, seed, slipped.length, ...figures].join(" ")}\n`);
  return row;
}

/** AUROC and F1 of each set and method, a column each share; then false alarms. Means over seeds. */
function tableOf(all: readonly Row[]): string {
  const keys = [...new Set(all.map(({ set, method }) => `${set} | ${method}`))];
  const cell = (key: string, share: number) => {
    const those = all.filter((row) => `${row.set} | ${row.method}` === key && row.share === share);
    const mean = (value: (row: Row) => number) =>
      those.reduce((sum, row) => sum + value(row), 0) / those.length;
    return `${mean(({ auroc }) => auroc).toFixed(3)}, ${mean(({ f1 }) => f1).toFixed(2)}, ${Math.round(100 * mean(({ falseAlarms }) => falseAlarms))} %`;
  };
  return [
    `| set | method | ${shares.map((share) => `${100 * share} %`).join(" | ")} |`,
    `|---|---|${shares.map(() => "---|").join("")}`,
    ...keys.map((key) => `| ${key} | ${shares.map((share) => cell(key, share)).join(" | ")} |`),
  ].join("\n");
}
