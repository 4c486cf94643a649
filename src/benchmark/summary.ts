/** From the outcomes of single cells to one row for each set and method: mean and spread over seeds. */
import type { CellFacts } from "./cell-facts.ts";
import type { CellResult } from "./cell-result.ts";
import { type FigureName, figureNames } from "./figures.ts";
import type { CellOutcome } from "./run-cells.ts";

/** A figure over several seeds. */
export interface MeanAndSpread {
  /** Mean over the seeds that have the figure; null if none has. */
  readonly mean: number | null;
  /** Sample standard deviation (divisor n - 1); null for fewer than two seeds. */
  readonly spread: number | null;
}

/** A method on a set. */
export interface BenchmarkRow {
  readonly set: string;
  /** Label of the method. */
  readonly method: string;
  /** Options of the method as they were given, its name among them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Seeds that have a result. */
  readonly seeds: readonly number[];
  readonly figures: Readonly<Partial<Record<FigureName, MeanAndSpread>>>;
  /** What the detector of the first seed tells of itself. */
  readonly facts: CellFacts;
}

/** A cell without a result. */
export interface FailedCell {
  readonly set: string;
  readonly method: string;
  readonly seed: number;
  /** Code of the error; null where it has none. */
  readonly code: string | null;
  readonly error: string;
}

/** Whether a method reads a network that was pretrained on other pictures: it is no rival of one that learned from good images alone. */
export function isPretrained({ options }: Pick<BenchmarkRow, "options">): boolean {
  return options.backbone !== undefined;
}

/** A method's label as tables and charts show it: one that is pretrained is marked. */
export function methodTitle(row: Pick<BenchmarkRow, "method" | "options">): string {
  return isPretrained(row) ? `${row.method} (pretrained)` : row.method;
}

/** One row for each set and method with a result, set by set and in the order of the cells; those that are pretrained last. */
export function rowsOf(outcomes: readonly CellOutcome[]): BenchmarkRow[] {
  const groups = new Map<string, FinishedCell[]>();
  for (const outcome of outcomes) {
    if ("error" in outcome) continue;
    const { set, method } = outcome.cell;
    const key = JSON.stringify([set.name, method.label]);
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  const order = [...new Set(outcomes.map(({ cell }) => cell.set.name))];
  const rows = [...groups.values()].flatMap(rowOf);
  return rows.sort(
    (a, b) =>
      order.indexOf(a.set) - order.indexOf(b.set) || Number(isPretrained(a)) - Number(isPretrained(b)),
  );
}

type FinishedCell = Extract<CellOutcome, { readonly result: CellResult }>;

function rowOf(group: readonly FinishedCell[]): BenchmarkRow[] {
  const [first] = group;
  if (first === undefined) return [];
  const figures: Partial<Record<FigureName, MeanAndSpread>> = {};
  for (const name of figureNames)
    figures[name] = meanAndSpread(group.map(({ result }) => result.figures[name]));
  const { set, method } = first.cell;
  const seeds = group.map(({ cell }) => cell.seed);
  const { label, options } = method;
  return [{ set: set.name, method: label, options, seeds, figures, facts: first.result.facts }];
}

/** A figure of a row. */
export function figureOf(row: BenchmarkRow, name: FigureName): MeanAndSpread {
  return row.figures[name] ?? { mean: null, spread: null };
}

/** The cells without a result, in their order. */
export function failuresOf(outcomes: readonly CellOutcome[]): FailedCell[] {
  return outcomes.flatMap((outcome) => {
    if (!("error" in outcome)) return [];
    const { cell, error } = outcome;
    const { code, message } = error;
    return [{ set: cell.set.name, method: cell.method.label, seed: cell.seed, code, error: message }];
  });
}

/**
 * Mean and sample standard deviation of the values that are not null.
 *
 * @example
 * meanAndSpread([1, 3, null]); //=> { mean: 2, spread: 1.4142135623730951 }
 */
export function meanAndSpread(values: readonly (number | null)[]): MeanAndSpread {
  const known = values.filter((value) => value !== null);
  const [first] = known;
  if (first === undefined) return { mean: null, spread: null };
  // From the first value on, so that equal values have exactly their own mean and a spread of 0.
  const mean = first + known.reduce((sum, value) => sum + (value - first), 0) / known.length;
  if (known.length === 1) return { mean, spread: null };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (known.length - 1)) };
}
