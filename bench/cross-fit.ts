/**
 * What scores of every good picture would give the threshold: npx tsx bench/cross-fit.ts --sets a,b --method padim-lite --image-size 48 --seeds 5
 *
 * A third of the good pictures is kept back as new ones. Of the others three tenths are held out, as a training does it; or each is scored by a detector that
 * was fitted on four fifths without it, and the one in use is fitted on all. Both thresholds are conformal at 5 %, scores the maximum of the only map. A Markdown
 * table on stdout: means over seeds, and the threshold's standard deviation.
 */
import { parseArgs } from "node:util";
import { checkChoice } from "../src/base/check.ts";
import { Random } from "../src/data/index.ts";
import { conformalThreshold } from "../src/detectors/calibration.ts";
import { mapsGraph, readingGraph } from "../src/detectors/detector-graph.ts";
import { imageResizer } from "../src/detectors/image-resizer.ts";
import { fitPlaceScales } from "../src/detectors/place-scale.ts";
import { outputOf, withSession } from "../src/detectors/run-graph.ts";
import { type MethodName, methodNames, prepareMethod } from "../src/methods/index.ts";
import { auroc, confusionAt } from "../src/metrics/index.ts";
import { readImage } from "../src/node/index.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { median } from "./median.ts";
import { openSet } from "./open-set.ts";

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "" },
    method: { type: "string", default: "padim-lite" },
    "image-size": { type: "string", default: "48" },
    folds: { type: "string", default: "5" },
    seeds: { type: "string", default: "5" },
  },
});

type Pictures = readonly Uint8Array[];

const heldOutShare = 0.3;
const { method: chosen } = values;
checkChoice("method", chosen, methodNames);
const method: MethodName = chosen;
const size = Number(values["image-size"]);
const backend = nodeBackend({ threads: 1, spin: false });

/** One way of setting a threshold, with one seed. */
interface Outcome {
  readonly scores: number;
  /** In median scores of new good pictures: detectors do not share a scale. */
  readonly threshold: number;
  /** Of new good pictures, and of good test pictures. */
  readonly falseAlarms: readonly [fresh: number, test: number];
  readonly f1: number;
  readonly auroc: number;
}

process.stdout.write(
  "| set | threshold from | scores | threshold | false alarms: new, test | F1 | image AUROC |\n|---|---|---|---|---|---|---|\n",
);
for (const folder of values.sets.split(",").filter(Boolean)) {
  const { dataset, planes } = await openSet(folder, {
    backend,
    purpose: "testing",
    sizeOf: () => size,
    locate: "off",
  });
  const resizer = await imageResizer(backend, size);
  const test: [Uint8Array[], Uint8Array[]] = [[], []];
  for (const { path, label } of dataset.test) test[label].push(await resizer.resize(await readImage(path)));
  await resizer.dispose();
  const outcomes: Record<"held out" | "every picture", Outcome[]> = { "held out": [], "every picture": [] };
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const order = new Random(seed).split("new").permutation(planes.length);
    const shuffled = Array.from(order, (place) => planes[place] ?? new Uint8Array());
    const own = Math.floor((2 / 3) * planes.length);
    const [good, fresh] = [shuffled.slice(0, own), shuffled.slice(own)];
    const heldOut = Math.max(Math.min(19, Math.floor(0.4 * own)), Math.round(heldOutShare * own));
    const [calibration = [], ...split] = await scoresOf(
      good.slice(heldOut),
      [good.slice(0, heldOut), fresh, ...test],
      seed,
    );
    outcomes["held out"].push(outcomeOf(calibration, split));
    const all = await scoresOf(good, [fresh, ...test], seed);
    outcomes["every picture"].push(outcomeOf(await crossFitted(good, seed), all));
  }
  for (const [name, list] of Object.entries(outcomes))
    process.stdout.write(`${rowOf([dataset.name, name], list)}\n`);
}

/** Scores of groups of pictures by a detector that learned from others. */
async function scoresOf(learned: Pictures, groups: readonly Pictures[], seed: number): Promise<number[][]> {
  const prepared = prepareMethod({ method, preset: "fast", seed, imageSize: size }, size);
  const { source } = await prepared.learn({
    backend,
    now: () => 0,
    name: "cross-fit",
    skipped: 0,
    software: {},
    images: learned,
    shown: learned,
    tolerance: "none",
    areGrey: false,
    random: new Random(seed),
    symmetries: [],
    contentHash: "",
    metadata: {},
  });
  const places = source.standardizesPlaces
    ? await withSession(backend, mapsGraph(source), (session) =>
        fitPlaceScales(outputOf(session, learned, { sizePx: size, name: "maps" })),
      )
    : undefined;
  const look = { places, look: undefined };
  return withSession(backend, readingGraph(source, look), async (session) => {
    const scores: number[][] = [];
    for (const group of groups) {
      const highest: number[] = [];
      for await (const { data } of outputOf(session, group, { sizePx: size, name: "maxima" }))
        highest.push(Number(data[0]));
      scores.push(highest);
    }
    return scores;
  });
}

/** Each picture's score by a detector that did not learn from it. */
async function crossFitted(good: Pictures, seed: number): Promise<number[]> {
  const folds = Number(values.folds);
  const order = [...new Random(seed).split("folds").permutation(good.length)];
  const scores: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const inFold = new Set(order.filter((_, i) => i % folds === fold));
    const others = good.filter((_, i) => !inFold.has(i));
    const [own = []] = await scoresOf(others, [good.filter((_, i) => inFold.has(i))], seed);
    scores.push(...own);
  }
  return scores;
}

function outcomeOf(
  calibration: readonly number[],
  [fresh = [], good = [], defective = []]: readonly (readonly number[])[],
): Outcome {
  const { threshold } = conformalThreshold(calibration, "auto");
  const above = (scores: readonly number[]) =>
    scores.filter((score) => score > threshold).length / scores.length;
  const scores = [...good, ...defective];
  const labels = scores.map((_, i) => (i < good.length ? 0 : 1));
  return {
    scores: calibration.length,
    threshold: threshold / median(fresh),
    falseAlarms: [above(fresh), above(good)],
    f1: confusionAt(scores, labels, threshold).f1,
    auroc: auroc(scores, labels),
  };
}

function rowOf(names: readonly string[], list: readonly Outcome[]): string {
  const mean = (of: (outcome: Outcome) => number) =>
    list.reduce((sum, outcome) => sum + of(outcome), 0) / list.length;
  const spread = (of: (outcome: Outcome) => number) => {
    const middle = mean(of);
    return Math.sqrt(
      list.reduce((sum, outcome) => sum + (of(outcome) - middle) ** 2, 0) / Math.max(1, list.length - 1),
    );
  };
  const alarms = [0, 1] as const;
  return `| ${[
    ...names,
    mean(({ scores }) => scores).toFixed(0),
    `${mean(({ threshold }) => threshold).toFixed(2)} ± ${spread(({ threshold }) => threshold).toFixed(2)}`,
    alarms.map((i) => `${(100 * mean(({ falseAlarms }) => falseAlarms[i])).toFixed(1)} %`).join(", "),
    `${mean(({ f1 }) => f1).toFixed(2)} ± ${spread(({ f1 }) => f1).toFixed(2)}`,
    mean(({ auroc: area }) => area).toFixed(3),
  ].join(" | ")} |`;
}
