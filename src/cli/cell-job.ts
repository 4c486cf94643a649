/** What a benchmark and the processes of its cells say to each other. */
import { type ErrorCode, errorCodes } from "../base/errors.ts";
import * as z from "../base/schema.ts";
import { type CellResult, cellResultSchema } from "../benchmark/index.ts";
import { type TrainedCell, trainedCellSchema } from "../node/benchmark-cell.ts";
import { type Device, devices } from "../runtime/backend.ts";

/** The training of a cell. */
export interface TrainJob {
  readonly kind: "train";
  /** Folder of the set. */
  readonly data: string;
  /** JSON of a run configuration: the method with its options, and the seed. */
  readonly config: string;
  /** Path of the model file. */
  readonly output: string;
  /** Folder of trained networks. */
  readonly networkFolder: string;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
}

/** The measuring of a cell. */
export interface MeasureJob {
  readonly kind: "measure";
  /** Folder of the set. */
  readonly data: string;
  /** Path of the model file. */
  readonly model: string;
  readonly trained: TrainedCell;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
}

/** From the benchmark to a process: the work, then perhaps to stop it. */
export type Order = TrainJob | MeasureJob | { readonly kind: "stop" };

/** From a process to the benchmark: how far it is, then one answer. */
export type Report =
  | { readonly kind: "progress"; readonly unit: string; readonly done: number; readonly total: number }
  | { readonly kind: "trained"; readonly result: TrainedCell }
  | { readonly kind: "measured"; readonly result: CellResult }
  | { readonly kind: "failed"; readonly code: ErrorCode | null; readonly message: string };

/** Schema of an {@link Order}. */
export const orderSchema: z.ZodType<Order> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("train"),
    data: z.string(),
    config: z.string(),
    output: z.string(),
    networkFolder: z.string(),
    device: z.enum(devices).optional(),
    threads: z.number().optional(),
  }),
  z.object({
    kind: z.literal("measure"),
    data: z.string(),
    model: z.string(),
    trained: trainedCellSchema,
    device: z.enum(devices).optional(),
    threads: z.number().optional(),
  }),
  z.object({ kind: z.literal("stop") }),
]);

/** Schema of a {@link Report}. */
export const reportSchema: z.ZodType<Report> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("progress"), unit: z.string(), done: z.number(), total: z.number() }),
  z.object({ kind: z.literal("trained"), result: trainedCellSchema }),
  z.object({ kind: z.literal("measured"), result: cellResultSchema }),
  z.object({ kind: z.literal("failed"), code: z.enum(errorCodes).nullable(), message: z.string() }),
]);
