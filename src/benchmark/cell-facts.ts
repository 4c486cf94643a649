/** What the detector of a cell tells of itself. */
import * as z from "../base/schema.ts";

/** Facts of one cell, in its result and in its row of the document. */
export interface CellFacts {
  readonly method: string;
  readonly scoring: string;
  readonly imageSizePx: number;
  readonly parameters: number;
  readonly steps: number;
  readonly falseAlarmRate: number;
  /** Minutes of `trainingMinutes` that were not spent again: the network had been trained for another method. */
  readonly reusedMinutes: number;
  /** Files that could not be read, training and test. */
  readonly skipped: number;
}

const count = z.number().nonnegative();

/** Schema of {@link CellFacts}. */
export const cellFactsSchema: z.ZodType<CellFacts> = z.object({
  method: z.string(),
  scoring: z.string(),
  imageSizePx: count,
  parameters: count,
  steps: count,
  falseAlarmRate: z.number(),
  reusedMinutes: count,
  skipped: count,
});
