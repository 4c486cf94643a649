/**
 * How cost grows with side, width, batch, threads and number of images: `npx tsx bench/growth.ts [threads] > docs/results/growth.json`.
 *
 * `--only side,width` measures these parts alone; `--into <file>` puts what was measured in place of the same parts of a file.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { loadDetector } from "../src/detectors/index.ts";
import type { MapSource } from "../src/detectors/map-source.ts";
import { buildGraph, input } from "../src/graph/index.ts";
import { type PreparedMethod, prepareMethod, trainDetector } from "../src/methods/index.ts";
import { resolveRadarOptions } from "../src/methods/radar/radar-options.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { measureGemm } from "./gemm.ts";
import type { GrowthFigures, GrowthPoint, ImagesPoint } from "./growth-figures.ts";
import { median, timed } from "./median.ts";
import { countOperations } from "./operations.ts";
import { type BalancedStepOptions, startBalancedStep } from "./train-step.ts";

const parts = ["side", "width", "batch", "score", "images"] as const;
type Part = (typeof parts)[number];

const { values, positionals } = parseArgs({
  options: { only: { type: "string" }, into: { type: "string" } },
  allowPositionals: true,
});
const threads = Number(positionals[0] ?? 2);
const threadCounts = [...new Set([1, threads])];
const usualSide = 128; // pixels, where width, batch and number of images are varied

/** Something to be timed in turns with others like it. */
interface Work {
  readonly value: number;
  readonly threads: number;
  readonly gflop: number;
  readonly cellPx?: number | undefined;
  readonly run: () => Promise<unknown>;
}

/** Medians of rounds in which each is run once; `warmUps` rounds before are not counted. */
async function inTurns(works: readonly Work[], rates: Rates, rounds: number, warmUps = 1) {
  const seconds = works.map((): number[] => []);
  for (let round = 0; round < warmUps + rounds; round++)
    for (const [i, work] of works.entries()) {
      const once = await timed(work.run);
      if (round >= warmUps) seconds[i]?.push(once);
    }
  return works.map(
    ({ run: _, ...work }, i): GrowthPoint => ({
      ...work,
      seconds: median(seconds[i] ?? []),
      limitSeconds: work.gflop / (rates[work.threads] ?? Number.NaN),
    }),
  );
}

type Rates = Readonly<Record<string, number>>;

async function gemmRates(): Promise<Rates> {
  const rates: Record<string, number> = {};
  for (const count of threadCounts)
    rates[count] = (await measureGemm({ threads: count, rounds: 5 })).gflopsPerSecond;
  return rates;
}

const cellOf = (sidePx: number) => resolveRadarOptions({ imageSize: sidePx }, sidePx).unet.cellSize;

async function steps(
  variants: readonly (BalancedStepOptions & { readonly value: number })[],
  rates: Rates,
): Promise<GrowthPoint[]> {
  const started = [];
  for (const { value, ...options } of variants) {
    const { step, stop, operations } = await startBalancedStep(options);
    const { gflop } = operations;
    const cellPx = cellOf(options.sidePx);
    started.push({ value, threads: options.threads, gflop, cellPx, run: step, stop });
  }
  const points = await inTurns(
    started.map(({ stop: _, ...work }) => work),
    rates,
    3,
  );
  for (const { stop } of started) await stop();
  return points;
}

function picture(sidePx: number, random: Random) {
  const data = Uint8Array.from({ length: 3 * sidePx * sidePx }, () => random.integer(256));
  return { width: sidePx, height: sidePx, data };
}

/** A detector's file after one step on noise, and what one picture's maps compute. */
async function trained(sidePx: number): Promise<{ model: Uint8Array; gflop: number }> {
  const random = new Random(0);
  const prepared = prepareMethod({ imageSize: sidePx, length: { steps: 1 }, batchSize: 2 }, sidePx);
  let source: MapSource | undefined;
  const watched: PreparedMethod = {
    ...prepared,
    learn: async (context) => {
      const learned = await prepared.learn(context);
      source = learned.source;
      return learned;
    },
  };
  const images = Array.from({ length: 4 }, () => picture(sidePx, random).data);
  const backend = nodeBackend({ threads });
  const context = { backend, now: () => performance.now() / 1000, name: "growth", skipped: 0, software: {} };
  const { model } = await trainDetector(images, watched, context);
  return { model, gflop: gflopOf(source, sidePx) };
}

function gflopOf(source: MapSource | undefined, sidePx: number): number {
  const x = input("pictures", "float32", [1, 3, sidePx, sidePx]);
  const maps = source?.maps(x);
  if (maps === undefined) throw new Error("growth: expected a source of maps, got none.");
  const outputs = { maps: maps.maps, ...(maps.score && { score: maps.score }) };
  return countOperations(buildGraph({ name: "growth", inputs: [x], outputs })).gflop;
}

async function scoring(rates: Rates): Promise<Pick<GrowthFigures, "score" | "scoreBatch">> {
  const random = new Random(1);
  const [sides, batches]: [Work[], Work[]] = [[], []];
  const detectors = [];
  for (const value of [64, 128, 256, 512, 1024]) {
    const { model, gflop } = await trained(value);
    for (const count of threadCounts) {
      const detector = await loadDetector(model, nodeBackend({ threads: count }));
      detectors.push(detector);
      const image = picture(value, random);
      const run = () => detector.detect([image]);
      sides.push({ value, threads: count, gflop, cellPx: cellOf(value), run });
      if (value !== 256 || count !== threads) continue;
      for (const size of [1, 2, 4, 8]) {
        const images = Array.from({ length: size }, () => picture(value, random));
        const run = () => detector.detect(images);
        batches.push({ value: size, threads, gflop: size * gflop, cellPx: cellOf(value), run });
      }
    }
  }
  const score = await inTurns(sides, rates, 15, 3);
  const scoreBatch = await inTurns(batches, rates, 15, 3);
  for (const detector of detectors) await detector.dispose();
  return { score, scoreBatch };
}

async function ofImages(rates: Rates): Promise<ImagesPoint[]> {
  const { gflop } = await trained(usualSide);
  const program = fileURLToPath(new URL("./growth-images.ts", import.meta.url));
  return [20, 80, 320].map((images) => {
    const options = [images, threads, usualSide].map(String);
    const answer = execFileSync(process.execPath, ["--import", "tsx", program, ...options], {
      encoding: "utf8",
    });
    return { ...JSON.parse(answer), limitSecondsPerPicture: gflop / (rates[threads] ?? Number.NaN) };
  });
}

async function measure(part: Part, rates: Rates): Promise<Partial<GrowthFigures>> {
  switch (part) {
    case "side": {
      const variants = [64, 128, 192, 256, 512].flatMap((value) =>
        threadCounts.map((count) => ({ value, sidePx: value, threads: count })),
      );
      return { side: await steps(variants, rates) };
    }
    case "width": {
      const variants = [8, 16, 32].map((value) => ({
        value,
        baseChannels: value,
        sidePx: usualSide,
        threads,
      }));
      return { width: await steps(variants, rates) };
    }
    case "batch": {
      const variants = [2, 4, 8, 16].map((value) => ({
        value,
        batchSize: value,
        sidePx: usualSide,
        threads,
      }));
      return { batch: await steps(variants, rates) };
    }
    case "score":
      return await scoring(rates);
    case "images":
      return { images: await ofImages(rates) };
  }
}

const wanted = values.only?.split(",");
const machine = {
  processor: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  runtime: nodeBackend({}).name,
};
let figures: GrowthFigures =
  values.into !== undefined && existsSync(values.into)
    ? JSON.parse(readFileSync(values.into, "utf8"))
    : { machine };
for (const part of parts) {
  if (wanted && !wanted.includes(part)) continue;
  const started = performance.now();
  const rates = await gemmRates();
  const measured = await measure(part, rates);
  figures = { ...figures, machine, ...measured, gemm: { ...figures.gemm, [part]: rates } };
  process.stderr.write(`${part}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}
const text = `${JSON.stringify(figures, null, 2)}\n`;
if (values.into === undefined) process.stdout.write(text);
else writeFileSync(values.into, text);
