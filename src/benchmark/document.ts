/** What a benchmark found out, as one JSON document: what `--json` prints, and what tables and reports are made from. */
import { DataError } from "../base/errors.ts";
import * as z from "../base/schema.ts";
import { cellFactsSchema } from "./cell-facts.ts";
import { figureNames } from "./figures.ts";
import type { BenchmarkSet } from "./plan.ts";
import type { BenchmarkRow, FailedCell } from "./summary.ts";

/** A finished benchmark. */
export interface BenchmarkDocument {
  readonly format: 1;
  /** The command that repeats it. */
  readonly command: string;
  /** Day it was finished, e.g. "2026-11-25". */
  readonly date: string;
  /** Version of radar-ad. */
  readonly version: string;
  /** What it ran on. */
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryGb: number };
  /** Versions of what computes. */
  readonly software: Readonly<Record<string, string>>;
  /** Device and threads of a cell; null threads: one per core. */
  readonly device: string;
  /** Why that device, where `auto` found it out. */
  readonly deviceReason?: string | undefined;
  readonly threads: number | null;
  /** Cells at a time; above 1 they slow each other down. */
  readonly parallel: number;
  readonly seeds: readonly number[];
  readonly sets: readonly BenchmarkSet[];
  /** One row for each set and method. */
  readonly rows: readonly BenchmarkRow[];
  /** Cells without a result. */
  readonly failed: readonly FailedCell[];
}

const count = z.number().nonnegative();
const meanAndSpread = z.object({ mean: z.number().nullable(), spread: z.number().nullable() });

/** Schema of {@link BenchmarkDocument}. */
const benchmarkDocumentSchema: z.ZodType<BenchmarkDocument> = z.object({
  format: z.literal(1),
  command: z.string(),
  date: z.string(),
  version: z.string(),
  machine: z.object({ processor: z.string(), cores: count, memoryGb: count }),
  software: z.record(z.string(), z.string()),
  device: z.string(),
  deviceReason: z.string().optional(),
  threads: count.nullable(),
  parallel: count,
  seeds: z.array(count),
  sets: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      contentHash: z.string(),
      trainImages: count,
      goodImages: count,
      defectiveImages: count,
      hasMasks: z.boolean(),
    }),
  ),
  rows: z.array(
    z.object({
      set: z.string(),
      method: z.string(),
      options: z.record(z.string(), z.unknown()),
      seeds: z.array(count),
      figures: z.partialRecord(z.enum(figureNames), meanAndSpread),
      facts: cellFactsSchema,
    }),
  ),
  failed: z.array(
    z.object({
      set: z.string(),
      method: z.string(),
      seed: count,
      code: z.string().nullable(),
      error: z.string(),
    }),
  ),
});

/**
 * The benchmark in a JSON text.
 *
 * @param where - Names the text in messages, e.g. its file.
 * @throws {DataError} E_DATA if it is no such document.
 */
export function parseBenchmark(text: string, where: string): BenchmarkDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = benchmarkDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError(
    "E_DATA",
    `${where}: expected the JSON that radar benchmark --output writes, got ${issue?.message ?? "another"} at ${issue?.path.join(".") || "its top"}.`,
    { cause: parsed.error },
  );
}
