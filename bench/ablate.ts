/**
 * `npm run ablate -- --sets a,b --variants texture,combined --seeds 3`: what each part of the default scoring gives.
 *
 * Each network is trained once for a set, seed and options and kept under the hash of all that decides it; every variant
 * is then fitted, calibrated and scored on it; `--stress` disturbs good test images, too, `--stress-all` all of every class. `features-untrained` reads a network that never learned: what reads features has to
 * beat it; `--start random` or `rendered` says what networks begin with. One JSON on stdout; on stderr a table, and for each set what the others would have chosen. Figures of a test set guide
 * choices between variants, so what is chosen must be judged on other sets.
 */
import { parseArgs } from "node:util";
import { checkChoice } from "../src/base/check.ts";
import { Random, type Tolerance } from "../src/data/index.ts";
import { autoFalseAlarmRate } from "../src/detectors/calibration.ts";
import { loadDetector } from "../src/detectors/index.ts";
import { type Evaluation, evaluate, stressTest } from "../src/evaluation/index.ts";
import {
  type NetworkStore,
  type ResolvedRadarOptions,
  radarMethod,
  resolveRadarOptions,
  type ScoringName,
  type StartName,
  startNames,
  trainDetector,
} from "../src/methods/index.ts";
import type { Readout } from "../src/methods/radar/readout.ts";
import { readMapNames, readoutOf } from "../src/methods/radar/readout-maps.ts";
import { type Confusion, confusionAt, f1Max } from "../src/metrics/index.ts";
import { initialValues, namedParameters, UNet } from "../src/nn/index.ts";
import { readImage, readMask } from "../src/node/index.ts";
import { diskNetworkStore } from "../src/node/network-store.ts";
import { stressTools } from "../src/node/stress.ts";
import type { Figure } from "../src/report/format.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { type OpenedSet, openSet } from "./open-set.ts";

/** Variants by name: a scoring, or some of the default scoring's maps. */
const variants: Readonly<Record<string, Variant>> = {
  combined: { scoring: "combined" },
  "combined-none": { scoring: "combined", tolerance: "none" },
  "defects-texture": { scoring: "combined", readout: readoutOf(["defects", "texture"]), tolerance: "none" },
  ...Object.fromEntries(
    readMapNames.map((name) => [name, { scoring: "combined", readout: readoutOf([name]) } satisfies Variant]),
  ),
  network: { scoring: "network" },
  "features-untrained": { scoring: "combined", readout: readoutOf(["features"]), isUntrained: true },
  "features-plain": { scoring: "combined", readout: readoutOf(["features"]), tolerance: "none" },
  "texture-plain": { scoring: "combined", readout: readoutOf(["texture"]), tolerance: "none" },
  paper: { scoring: "paper" },
};

/** Good test images that `--stress` disturbs, of each set at most; `--stress-all` disturbs all test images. */
const stressedImages = 25;

interface Variant {
  readonly scoring: ScoringName;
  /** Default: the scoring's own. */
  readonly readout?: Readout;
  /** Default: the readout's own. */
  readonly tolerance?: Tolerance;
  /** Whether the network stays as it was drawn. */
  readonly isUntrained?: boolean;
}

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "" },
    variants: {
      type: "string",
      default: Object.keys(variants)
        .filter((name) => name !== "paper")
        .join(","),
    },
    seeds: { type: "string", default: "1" },
    "first-seed": { type: "string", default: "0" },
    preset: { type: "string", default: "fast" },
    steps: { type: "string" },
    start: { type: "string" },
    cache: { type: "string", default: "runs/ablate" },
    stress: { type: "boolean", default: false },
    "stress-all": { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
  },
});

const sets = values.sets.split(",").filter(Boolean);
const names = values.variants.split(",");
const unknown = names.find((name) => variants[name] === undefined);
if (sets.length === 0 || unknown !== undefined) {
  process.stderr.write(
    unknown === undefined
      ? "ablate: expected --sets with folders, separated by commas, got none.\n"
      : `ablate: expected variants of ${Object.keys(variants).join(", ")}, got "${unknown}".\n`,
  );
  process.exit(2);
}

const now = (): number => performance.now() / 1000;
const backend = nodeBackend({ threads: Number(values.threads), spin: false });
const networks = diskNetworkStore(values.cache, now);
const rows: Row[] = [];
process.stderr.write("set | seed | variant | image AUROC | F1 | F1-max | pixel AUROC | AUPRO\n");
for (const set of sets) {
  const first = Number(values["first-seed"]);
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    for (const row of await ablated(set, seed)) rows.push(row);
  }
}
const leftOut = leaveOneOut(
  rows.map(({ set, variant, image }) => ({ set, variant, value: image.auroc ?? Number.NaN })),
  names.includes("combined") ? "combined" : (names[0] ?? ""),
);
if (leftOut.length > 0) {
  process.stderr.write("\nleft out | chosen by the others | its image AUROC | that of the first variant\n");
  for (const { set, chosen, value, reference } of leftOut)
    process.stderr.write(`${[set, chosen, value.toFixed(3), reference.toFixed(3)].join(" | ")}\n`);
}
process.stdout.write(
  `${JSON.stringify({ preset: values.preset, steps: values.steps ?? null, start: values.start ?? null, rows, leftOut }, null, 2)}\n`,
);

interface Row extends Pick<Evaluation["metrics"], "image" | "pixel"> {
  readonly set: string;
  readonly seed: number;
  readonly variant: string;
  readonly byClass: Readonly<Record<string, Figure>>;
  /** Share of good test images called defective as they are and under each usual disturbance; empty without `--stress`. */
  readonly falseAlarms: Readonly<Record<string, number>>;
  /** Image AUROC as they are and under each usual disturbance; empty without `--stress-all`. */
  readonly disturbedAuroc: Readonly<Record<string, number>>;
  /** What any threshold could give on these very test images; null where a class is missing. */
  readonly atBest: AtBest | null;
}

/** Thresholds chosen with the test images in view, to hold the detector's own against. */
interface AtBest {
  /** Share of good test images that F1-max calls defective. */
  readonly falseAlarmsOfF1Max: number;
  /** Highest F1 of the thresholds that call at most {@link autoFalseAlarmRate} of them defective. */
  readonly f1WithinRate: number;
}

function atBest(results: Evaluation["results"]): AtBest | null {
  const scores = results.map(({ score }) => score);
  const labels = results.map(({ label }) => label);
  if (new Set(labels).size < 2) return null;
  const falseAlarms = ({ fp, tn }: Confusion) => fp / (fp + tn);
  const within = scores
    .map((score) => confusionAt(scores, labels, score))
    .filter((confusion) => falseAlarms(confusion) <= autoFalseAlarmRate);
  return {
    falseAlarmsOfF1Max: falseAlarms(confusionAt(scores, labels, f1Max(scores, labels).threshold)),
    f1WithinRate: Math.max(...within.map(({ f1 }) => f1)),
  };
}

function startOf(text: string): StartName {
  checkChoice("--start", text, startNames);
  return text;
}

/** All variants on one set with one seed. */
async function ablated(set: string, seed: number): Promise<Row[]> {
  const optionsOf = (scoring: ScoringName, side: number) =>
    resolveRadarOptions(
      {
        preset: values.preset === "balanced" || values.preset === "accurate" ? values.preset : "fast",
        seed,
        scoring,
        ...(values.start !== undefined && scoring !== "paper" && { start: startOf(values.start) }),
        ...(values.steps !== undefined && { length: { steps: Number(values.steps) } }),
      },
      side,
    );
  const { dataset, typicalSidePx, planes, look, retaken } = await openSet(set, {
    backend,
    purpose: "testing",
    sizeOf: (side) => optionsOf("combined", side).imageSize,
    locate: "auto",
  });
  const results: Row[] = [];
  for (const name of names) {
    const { scoring = "combined", readout, tolerance, isUntrained = false } = variants[name] ?? {};
    const resolved = optionsOf(scoring, typicalSidePx);
    const options = isUntrained ? { ...resolved, start: "random" as const, keepsEncoder: false } : resolved;
    const { model } = await trainDetector(planes, radarMethod(options, readout), {
      backend,
      now,
      name: dataset.name,
      skipped: 0,
      software: {},
      tolerance,
      look,
      retaken,
      networks: isUntrained ? untrained(options) : networks,
      onProgress: stepLine,
    });
    const detector = await loadDetector(model, backend);
    const { metrics, classes, results: images } = await evaluate(detector, testImages(dataset.test), { now });
    const good = dataset.test.filter(({ label }) => label === 0).slice(0, stressedImages);
    const disturbed = values["stress-all"] ? dataset.test : values.stress ? good : [];
    const stress =
      disturbed.length > 0 ? await stressTest(detector, testImages(disturbed), stressTools()) : [];
    await detector.dispose();
    const falseAlarms = Object.fromEntries(
      stress.map((row) => [row.name, row.good.flagged / row.good.images]),
    );
    const disturbedAuroc = Object.fromEntries(
      stress.flatMap(({ name, auroc }) => (auroc == null ? [] : [[name, auroc] as const])),
    );
    const alarms = Object.entries(falseAlarms).map(([what, share]) => `${what} ${Math.round(100 * share)} %`);
    const { image, pixel } = metrics;
    const figures = [image.auroc, image.f1, image.f1Max, pixel?.auroc, pixel?.aupro];
    const cells = figures.map((figure) => figure?.toFixed(3) ?? "–");
    process.stderr.write(`${[dataset.name, seed, name, ...cells, ...alarms].join(" | ")}\n`);
    const byClass = Object.fromEntries(classes.map(({ className, auroc }) => [className, auroc]));
    results.push({
      set: dataset.name,
      seed,
      variant: name,
      image,
      pixel,
      byClass,
      falseAlarms,
      disturbedAuroc,
      atBest: atBest(images),
    });
  }
  return results;
}

/** A store whose networks are as they were drawn. */
function untrained({ unet, seed }: ResolvedRadarOptions): NetworkStore {
  const network = new UNet({ ...unet, imageChannels: 3, outputChannels: 4 });
  const average = initialValues(namedParameters(network), new Random(seed).split("parameters"));
  return { load: async () => ({ average, steps: 0, finalLoss: 0 }), save: async () => {} };
}

async function* testImages(
  images: OpenedSet["dataset"]["test"],
): AsyncGenerator<
  Parameters<typeof evaluate>[1] extends AsyncIterable<infer T> | Iterable<infer T> ? T : never
> {
  for (const entry of images) {
    const mask = entry.maskPath === null ? null : await readMask(entry.maskPath);
    yield { ...entry, image: await readImage(entry.path), mask };
  }
}

function stepLine({
  step,
  totalSteps,
  seconds,
}: {
  step: number;
  totalSteps: number;
  seconds: number;
}): void {
  if (step % 100 === 0) process.stderr.write(`step ${step} of ${totalSteps}, ${seconds.toFixed(0)} s\n`);
}
