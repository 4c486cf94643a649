/**
 * `npm run ablate -- --sets a,b --variants texture,combined --seeds 3`: what each part of the default scoring gives.
 *
 * Each network is trained once for a set, seed and options and kept under the hash of all that decides it; every variant
 * is then fitted, calibrated and scored on it. One JSON on stdout, one table on stderr. Figures of a test set guide choices
 * between variants, so what is chosen must be judged on other sets.
 */
import { parseArgs } from "node:util";
import { loadDetector } from "../src/detectors/index.ts";
import { evaluate } from "../src/evaluation/index.ts";
import { radarMethod, resolveRadarOptions, trainDetector } from "../src/methods/index.ts";
import type { Readout } from "../src/methods/radar/readout.ts";
import { combinedMapNames, readoutOf } from "../src/methods/radar/readout-combined.ts";
import { readImage, readMask } from "../src/node/index.ts";
import { diskNetworkStore } from "../src/node/network-store.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { type OpenedSet, openSet } from "./open-set.ts";

/** Variants by name: a scoring, or some of the default scoring's maps. */
const variants: Readonly<
  Record<string, { readonly scoring: "combined" | "paper"; readonly readout?: Readout }>
> = {
  combined: { scoring: "combined" },
  ...Object.fromEntries(
    combinedMapNames.map((name) => [name, { scoring: "combined" as const, readout: readoutOf([name]) }]),
  ),
  paper: { scoring: "paper" },
};

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
    preset: { type: "string", default: "fast" },
    steps: { type: "string" },
    cache: { type: "string", default: "runs/ablate" },
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
const rows: Record<string, unknown>[] = [];
process.stderr.write("set | seed | variant | image AUROC | F1 | F1-max | pixel AUROC | AUPRO\n");
for (const set of sets) {
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    for (const row of await ablated(set, seed)) rows.push(row);
  }
}
process.stdout.write(
  `${JSON.stringify({ preset: values.preset, steps: values.steps ?? null, rows }, null, 2)}\n`,
);

/** All variants on one set with one seed. */
async function ablated(set: string, seed: number): Promise<Record<string, unknown>[]> {
  const optionsOf = (scoring: "combined" | "paper", side: number) =>
    resolveRadarOptions(
      {
        preset: values.preset === "balanced" || values.preset === "accurate" ? values.preset : "fast",
        seed,
        scoring,
        ...(values.steps !== undefined && { length: { steps: Number(values.steps) } }),
      },
      side,
    );
  const { dataset, typicalSidePx, planes } = await openSet(set, {
    backend,
    purpose: "testing",
    sizeOf: (side) => optionsOf("combined", side).imageSize,
  });
  const results: Record<string, unknown>[] = [];
  for (const name of names) {
    const { scoring = "combined", readout } = variants[name] ?? {};
    const { model } = await trainDetector(planes, radarMethod(optionsOf(scoring, typicalSidePx), readout), {
      backend,
      now,
      name: dataset.name,
      skipped: 0,
      software: {},
      networks,
      onProgress: stepLine,
    });
    const detector = await loadDetector(model, backend);
    const { metrics, classes } = await evaluate(detector, testImages(dataset.test), { now });
    await detector.dispose();
    const { image, pixel } = metrics;
    const figures = [image.auroc, image.f1, image.f1Max, pixel?.auroc, pixel?.aupro];
    const cells = figures.map((figure) => figure?.toFixed(3) ?? "–");
    process.stderr.write(`${[dataset.name, seed, name, ...cells].join(" | ")}\n`);
    const byClass = Object.fromEntries(classes.map(({ className, auroc }) => [className, auroc]));
    results.push({ set: dataset.name, seed, variant: name, image, pixel, byClass });
  }
  return results;
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
