/** Starting the process of a cell and hearing what it says. */
import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { checkAborted } from "../base/abort.ts";
import { BackendError, RadarError } from "../base/errors.ts";
import type { CellResult } from "../benchmark/index.ts";
import type { TrainedCell } from "../node/benchmark-cell.ts";
import { type MeasureJob, type Order, type Report, reportSchema, type TrainJob } from "./cell-job.ts";

/** How far a process is. */
export type CellProgress = Extract<Report, { readonly kind: "progress" }>;

/** What goes with every process. */
export interface CellProcessOptions {
  /** Ends the process cleanly: a training saves a checkpoint. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CellProgress) => void;
}

/** Trains a cell. @throws {RadarError} with the code of the process' error; E_BACKEND if it was killed. */
export async function trainInProcess(job: TrainJob, options: CellProcessOptions): Promise<TrainedCell> {
  const answer = await runJob(job, options);
  if (answer.kind === "trained") return answer.result;
  throw unexpected(answer.kind);
}

/** Measures a cell. @throws as {@link trainInProcess}. */
export async function measureInProcess(job: MeasureJob, options: CellProcessOptions): Promise<CellResult> {
  const answer = await runJob(job, options);
  if (answer.kind === "measured") return answer.result;
  throw unexpected(answer.kind);
}

// Beside this file, compiled or not; the options of this Node, such as a loader of TypeScript, are passed on.
const worker = fileURLToPath(new URL(`./cell-worker${extname(import.meta.url)}`, import.meta.url));

type Answer = Exclude<Report, { readonly kind: "progress" | "failed" }>;

function runJob(job: Order, { signal, onProgress }: CellProcessOptions): Promise<Answer> {
  checkAborted(signal, "cell");
  const child = fork(worker, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const stop = (): void => {
    if (child.connected) child.send({ kind: "stop" } satisfies Order);
  };
  signal.addEventListener("abort", stop, { once: true });
  return new Promise<Answer>((resolve, reject) => {
    child.on("message", (message) => {
      const report = reportSchema.parse(message);
      if (report.kind === "progress") onProgress(report);
      else if (report.kind === "failed") reject(errorOf(report));
      else resolve(report);
    });
    child.on("error", reject);
    child.on("exit", (code, killed) => reject(endedEarly(killed ?? `exit code ${code}`)));
    child.send(job);
  }).finally(() => signal.removeEventListener("abort", stop));
}

function errorOf({ code, message }: Extract<Report, { readonly kind: "failed" }>): Error {
  return code === null ? new Error(message) : new RadarError(code, message);
}

function endedEarly(how: string): BackendError {
  return new BackendError(
    `cell: expected its process to answer, got its end by ${how}. Where memory ran out, use --parallel 1 or a smaller --image-size.`,
  );
}

function unexpected(kind: string): RadarError {
  return new RadarError("E_INTERNAL", `internal: a process answered ${kind}. Please report this.`);
}
