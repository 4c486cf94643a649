/** A benchmark with everything the command line adds: processes, progress, Ctrl-C that loses nothing. */
import { RadarError } from "../base/errors.ts";
import type { MethodEntry } from "../benchmark/index.ts";
import {
  type BenchmarkProgress,
  type Cell,
  type CellOutcome,
  cellName,
  planCells,
  runCells,
} from "../benchmark/index.ts";
import type { OpenedSet } from "../node/benchmark-set.ts";
import { type CellCache, openCellCache } from "../node/cell-cache.ts";
import { codeDigest } from "../node/code-digest.ts";
import type { LoadDetectorOptions } from "../node/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import {
  type CellProcessOptions,
  type CellProgress,
  measureInProcess,
  trainInProcess,
} from "./cell-process.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { duration } from "./progress.ts";

/** What a benchmark of the command line is made of. */
export interface BenchmarkRun {
  readonly sets: readonly OpenedSet[];
  readonly methods: readonly MethodEntry[];
  readonly seeds: readonly number[];
  /** Folder of the cache. */
  readonly cache: string;
  /** Cells at a time. */
  readonly parallel: number;
  readonly compute: LoadDetectorOptions;
  /** Why that device, where it was found out. */
  readonly deviceReason: string | undefined;
}

/** What became of it: an outcome for each cell, or the exit code of one that the user stopped. */
export type BenchmarkEnd = { readonly outcomes: readonly CellOutcome[] } | { readonly exitCode: number };

/**
 * Runs all cells that the cache has no result of, each in processes of its own.
 *
 * Ctrl-C lets a training save its checkpoint and says that the same command goes on; the second one ends at once.
 */
export async function runBenchmark(run: BenchmarkRun, output: Output): Promise<BenchmarkEnd> {
  const { compute, parallel } = run;
  const code = await codeDigest();
  const cache = await openCellCache(run.cache, code);
  const { device, threads } = compute;
  const runtime = nodeBackend(device === undefined ? {} : { device }).name;
  const cells = await planCells({
    sets: run.sets.map(({ set }) => set),
    methods: run.methods,
    seeds: run.seeds,
    environment: { code, runtime, threads: threads ?? null },
  });
  const interruption = interruptible(() => {
    output.endProgress();
    output.note("Stopping; once more stops at once.");
  });
  const { signal } = interruption;
  const said = new Map<Cell, BenchmarkProgress>();
  try {
    const actions = {
      load: cache.loadResult,
      save: cache.saveResult,
      run: (cell: Cell) =>
        runCell(cell, cache, compute, {
          signal,
          onProgress: (progress) => output.progress(() => cellLine(cell, progress, said.get(cell))),
        }),
    };
    const outcomes = await runCells(cells, actions, {
      parallel,
      now: () => output.now(),
      signal,
      onStart: (cell, progress) => {
        said.set(cell, progress);
        output.endProgress();
        output.note(`${countText(progress)} ${cellName(cell)}`);
      },
      onDone: (outcome, progress) => {
        output.endProgress();
        output.note(`${countText(progress)} ${outcomeText(outcome)}`);
      },
    });
    return { outcomes };
  } catch (error) {
    const exitCode = interruption.exitCode();
    if (exitCode === null || !(error instanceof RadarError && error.code === "E_ABORTED")) throw error;
    output.endProgress();
    output.note(error.message);
    return { exitCode };
  } finally {
    interruption.release();
  }
}

async function runCell(
  cell: Cell,
  cache: CellCache,
  compute: LoadDetectorOptions,
  options: CellProcessOptions,
): ReturnType<typeof measureInProcess> {
  const data = cell.set.path;
  const model = cache.modelPath(cell);
  let trained = await cache.loadTrained(cell);
  if (trained === undefined) {
    const config = JSON.stringify({ ...cell.method.options, seed: cell.seed });
    const { networkFolder } = cache;
    const job = { kind: "train", data, config, output: model, networkFolder, ...compute } as const;
    trained = await trainInProcess(job, options);
    await cache.saveTrained(cell, trained);
  }
  return measureInProcess({ kind: "measure", data, model, trained, ...compute }, options);
}

/** `[3/12, about 1:30:00 left]`: cells that are done. */
function countText({ done, total, secondsLeft }: BenchmarkProgress): string {
  const left = secondsLeft === null || done === total ? "" : `, about ${duration(secondsLeft)} left`;
  return `[${done}/${total} cells${left}]`;
}

function cellLine(
  cell: Cell,
  { unit, done, total }: CellProgress,
  before: BenchmarkProgress | undefined,
): string {
  const count = before === undefined ? "" : `${countText(before)} `;
  return `${count}${cellName(cell)}: ${done}/${total} ${unit}`;
}

function outcomeText(outcome: CellOutcome): string {
  const name = cellName(outcome.cell);
  if ("error" in outcome) {
    const { code, message } = outcome.error;
    return `${name} FAILED: ${message}${code === null ? "" : ` [${code}]`}`;
  }
  const { imageAuroc } = outcome.result.figures;
  const auroc = imageAuroc === null ? "" : `, image AUROC ${imageAuroc.toFixed(3)}`;
  return `${name}: ${outcome.isCached ? "from the cache" : "done"}${auroc}`;
}
