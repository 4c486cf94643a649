/** What a benchmark runs: every method on every set with every seed, each cell under a name that tells all that decides it. */
import { contentHash } from "../detectors/content-hash.ts";

/** A data set as a benchmark knows it. */
export interface BenchmarkSet {
  /** Name, different from the other sets'. */
  readonly name: string;
  /** Where it lies. */
  readonly path: string;
  /** SHA-256 over the names and bytes of all its files. */
  readonly contentHash: string;
  /** Good images to learn from. */
  readonly trainImages: number;
  /** Good images to measure with. */
  readonly goodImages: number;
  /** Defective images to measure with. */
  readonly defectiveImages: number;
  /** Whether there are masks of the defects. */
  readonly hasMasks: boolean;
}

/** A method with options. */
export interface MethodEntry {
  /** As the user wrote it, e.g. "ddim:calls=50". */
  readonly label: string;
  /** Options of its training, the method's name among them; plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 of the backbone that an option names by its path. */
  readonly backboneHash?: string | undefined;
}

/** One training with its evaluation. */
export interface Cell {
  readonly set: BenchmarkSet;
  readonly method: MethodEntry;
  readonly seed: number;
  /** SHA-256 of all that decides the result; the same in the next run of the same benchmark. */
  readonly key: string;
}

/**
 * All cells, seed by seed, so that the first seed of every set and method is known before the second of any.
 *
 * @param plan - `environment`: plain data, what decides results besides set, method, options and seed: versions, device.
 */
export async function planCells(plan: {
  readonly sets: readonly BenchmarkSet[];
  readonly methods: readonly MethodEntry[];
  readonly seeds: readonly number[];
  readonly environment: unknown;
}): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const seed of plan.seeds) {
    for (const set of plan.sets) {
      for (const method of plan.methods) {
        const decisive = {
          set: set.contentHash,
          options: decisiveOptions(method),
          seed,
          environment: plan.environment,
        };
        const key = await contentHash([new TextEncoder().encode(JSON.stringify(decisive))]);
        cells.push({ set, method, seed, key });
      }
    }
  }
  return cells;
}

/** Options by name; in place of a backbone's path its hash. */
function decisiveOptions({ options, backboneHash }: MethodEntry): [name: string, value: unknown][] {
  const decisive = backboneHash === undefined ? options : { ...options, backbone: backboneHash };
  return Object.entries(decisive).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A cell in words: "bottle, radar, seed 0". */
export function cellName({ set, method, seed }: Cell): string {
  return `${set.name}, ${method.label}, seed ${seed}`;
}
