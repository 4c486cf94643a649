/** A training as a job of the server: what it is, and how it is kept. */
import { z } from "@hono/zod-openapi"; // not zod itself: schemas made before this is loaded could not be named in the API's document
import { type ErrorCode, errorCodes } from "../../base/errors.ts";
import type { StageProgress } from "../../detectors/run-graph.ts";
import { type MethodName, methodNames, type PresetName, presetNames } from "../../methods/index.ts";

/**
 * open: takes pictures. queued: waits for its turn. running: trains. done: its model is a version of the detector. The others ended without one.
 */
export const jobStates = ["open", "queued", "running", "done", "failed", "cancelled"] as const;

/** One of {@link jobStates}. */
export type JobState = (typeof jobStates)[number];

/** What a training may be told; all else has its default. */
export interface JobOptions {
  readonly method?: MethodName | undefined;
  readonly preset?: PresetName | undefined;
  readonly imageSize?: number | undefined;
  readonly steps?: number | undefined;
  readonly minutes?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly seed?: number | undefined;
  readonly falseAlarmRate?: number | undefined;
}

/** A job as it is kept, and told. */
export interface Job {
  readonly id: string;
  /** The detector that the model becomes a version of. */
  readonly detector: string;
  readonly options: JobOptions;
  readonly state: JobState;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  readonly pictures: number;
  /** Steps made, and to be made; null before the first. */
  readonly step: number | null;
  readonly totalSteps: number | null;
  /** Of the last step that was told. */
  readonly loss: number | null;
  /** What is being done, in words. */
  readonly stage: string | null;
  /** How far a stage that goes over pictures is; null in the others. */
  readonly stageProgress: StageProgress | null;
  /** Of a job that is done: SHA-256 of its model file. */
  readonly version: string | null;
  /** Of a job that failed. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

/** Schema of {@link JobOptions}. */
export const jobOptionsSchema: z.ZodType<JobOptions> = z.strictObject({
  method: z.enum(methodNames).optional(),
  preset: z.enum(presetNames).optional(),
  imageSize: z.number().int().optional(),
  steps: z.number().int().positive().optional(),
  minutes: z.number().positive().optional(),
  batchSize: z.number().int().positive().optional(),
  seed: z.number().int().nonnegative().optional(),
  falseAlarmRate: z.number().optional(),
});

/** Schema of {@link Job.stageProgress}. */
export const stageProgressSchema: z.ZodType<StageProgress | null> = z
  .object({ done: z.number().int(), total: z.number().int() })
  .nullable()
  .default(null); // jobs and workers of before do not tell it

/** Schema of {@link Job}. */
export const jobSchema: z.ZodType<Job> = z.object({
  id: z.string(),
  detector: z.string(),
  options: jobOptionsSchema,
  state: z.enum(jobStates),
  createdAt: z.string(),
  pictures: z.number().int(),
  step: z.number().int().nullable(),
  totalSteps: z.number().int().nullable(),
  loss: z.number().nullable(),
  stage: z.string().nullable(),
  stageProgress: stageProgressSchema,
  version: z.string().nullable(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }).nullable(),
});
