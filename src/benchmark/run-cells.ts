/** Running the cells of a benchmark: none twice, several at a time, and no failure stops the others. */
import { invariant } from "../base/check.ts";
import { AbortError, RadarError } from "../base/errors.ts";
import type { CellResult } from "./cell-result.ts";
import type { Cell } from "./plan.ts";

/** What can be done with a cell. */
export interface CellActions {
  /** The result of an earlier run; undefined if there is none. */
  readonly load: (cell: Cell) => Promise<CellResult | undefined>;
  /** Trains and measures. */
  readonly run: (cell: Cell) => Promise<CellResult>;
  readonly save: (cell: Cell, result: CellResult) => Promise<void>;
}

/** What became of a cell. */
export type CellOutcome =
  | { readonly cell: Cell; readonly result: CellResult; readonly isCached: boolean }
  | { readonly cell: Cell; readonly error: CellError };

/** Why a cell failed. */
export interface CellError {
  /** Code of the error; null where a fault of ours has none. */
  readonly code: string | null;
  readonly message: string;
}

/** How far a benchmark is. */
export interface BenchmarkProgress {
  /** Cells that have a result or failed. */
  readonly done: number;
  readonly total: number;
  /** Estimated seconds to the end; null before the first cell was run. */
  readonly secondsLeft: number | null;
}

/** How cells are run. */
export interface RunCellsOptions {
  /** Cells at a time, of different sets: cells of one set may share networks, which are trained once. Default 1. */
  readonly parallel?: number;
  /** Monotonic clock in seconds. */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called before a cell is run. */
  readonly onStart?: (cell: Cell, progress: BenchmarkProgress) => void;
  /** Called when a cell has its outcome. */
  readonly onDone?: (outcome: CellOutcome, progress: BenchmarkProgress) => void;
}

/**
 * Runs all cells that have no result yet.
 *
 * @returns One outcome for each cell, in their order.
 * @throws {AbortError} E_ABORTED if stopped by the signal; results so far are saved.
 */
export async function runCells(
  cells: readonly Cell[],
  actions: CellActions,
  options: RunCellsOptions,
): Promise<CellOutcome[]> {
  const { parallel = 1, now, signal, onStart, onDone } = options;
  const outcomes = new Map<Cell, CellOutcome>();
  let [runs, runSeconds] = [0, 0];
  const progress = (): BenchmarkProgress => {
    const done = outcomes.size;
    const secondsLeft = runs === 0 ? null : ((cells.length - done) * runSeconds) / runs / parallel;
    return { done, total: cells.length, secondsLeft };
  };
  const finish = (outcome: CellOutcome): void => {
    outcomes.set(outcome.cell, outcome);
    onDone?.(outcome, progress());
  };
  const waiting: Cell[] = [];
  for (const cell of cells) {
    const result = await actions.load(cell);
    if (result === undefined) waiting.push(cell);
    else finish({ cell, result, isCached: true });
  }

  const busy = new Set<string>(); // sets with a running cell
  const runOne = async (cell: Cell): Promise<void> => {
    onStart?.(cell, progress());
    const started = now();
    try {
      const result = await actions.run(cell);
      await actions.save(cell, result);
      runSeconds += now() - started;
      runs++;
      finish({ cell, result, isCached: false });
    } catch (error) {
      if (signal?.aborted) return;
      finish({ cell, error: cellErrorOf(error) });
    }
  };
  const work = async (): Promise<void> => {
    while (!signal?.aborted) {
      const next = waiting.find(({ set }) => !busy.has(set.name));
      if (next === undefined) return; // the workers on the busy sets take what is left of them
      waiting.splice(waiting.indexOf(next), 1);
      busy.add(next.set.name);
      await runOne(next);
      busy.delete(next.set.name);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  if (signal?.aborted) {
    throw new AbortError(
      `benchmark: stopped with ${outcomes.size} of ${cells.length} cells done. The same command goes on from there.`,
      { cause: signal.reason },
    );
  }
  return cells.map((cell) => {
    const outcome = outcomes.get(cell);
    invariant(outcome !== undefined, "a cell of a benchmark was left out");
    return outcome;
  });
}

function cellErrorOf(error: unknown): CellError {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof RadarError ? error.code : null, message };
}
