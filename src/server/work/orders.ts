/** What the station asks of its workers, and what they answer, as it lies in Redis. */
import { deserialize, serialize } from "node:v8";
import { z } from "zod";
import { errorCodes } from "../../base/errors.ts";
import { type PlainError, plainError } from "../../base/plain-error.ts";
import { type JobOptions, jobOptionsSchema, stageProgressSchema } from "../jobs/job.ts";
import type { TrainingNews } from "../jobs/train-job.ts";
import { namePattern } from "../schemas.ts";
import type { PictureToScore, ScoringAnswer } from "../scorer.ts";
import type { WorkKind } from "./work-kind.ts";

/** Name of a queue in Redis. */
export function queueName(kind: WorkKind): string {
  return `radar-${kind}`;
}

/** Which model scores; the pictures are under {@link orderKey}. */
export interface ScoringOrder {
  readonly detector: string;
  /** SHA-256 of the model file, in the state folder. */
  readonly version: string;
}

/** Schema of {@link ScoringOrder}. */
export const scoringOrderSchema: z.ZodType<ScoringOrder> = z.object({
  detector: z.string().regex(namePattern),
  version: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Which training is made; its pictures are in the state folder. */
export interface TrainingOrder {
  readonly id: string;
  readonly detector: string;
  readonly options: JobOptions;
}

/** Schema of {@link TrainingOrder}. */
export const trainingOrderSchema: z.ZodType<TrainingOrder> = z.object({
  id: z.string().regex(/^[0-9a-z]{1,64}$/),
  detector: z.string().regex(namePattern),
  options: jobOptionsSchema,
});

/** Schema of how a training goes. */
export const trainingNewsSchema: z.ZodType<Required<TrainingNews>> = z.object({
  step: z.number().nullable(),
  totalSteps: z.number().nullable(),
  loss: z.number().nullable(),
  stage: z.string().nullable(),
  stageProgress: stageProgressSchema,
});

const plainErrorSchema: z.ZodType<PlainError> = z.object({
  name: z.string(),
  code: z.enum(errorCodes).nullable(),
  message: z.string(),
  stack: z.string(),
});

/** What went wrong with work, as a queue keeps it: as the message of an error. */
export function failureText(error: unknown): string {
  return JSON.stringify(plainError(error));
}

/** What {@link failureText} wrote; undefined if it is another text, such as the queue's own. */
export function readFailure(text: string): PlainError | undefined {
  try {
    return plainErrorSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Where the pictures of an order are. */
export function orderKey(id: string): string {
  return `radar:order:${id}`;
}

/** Where the answer to it is. */
export function answerKey(id: string): string {
  return `radar:answer:${id}`;
}

/** The file, in the folder of a training, whose presence says that it is to stop. */
export const stopFile = "stop";

/** Pictures as bytes. */
export function packPictures(pictures: readonly PictureToScore[]): Uint8Array {
  return serialize(pictures);
}

/** What {@link packPictures} wrote. */
export function unpackPictures(bytes: Uint8Array): PictureToScore[] {
  return deserialize(bytes);
}

/** An answer as bytes. */
export function packAnswer(answer: ScoringAnswer): Uint8Array {
  return serialize(answer);
}

/** What {@link packAnswer} wrote. */
export function unpackAnswer(bytes: Uint8Array): ScoringAnswer {
  return deserialize(bytes);
}
