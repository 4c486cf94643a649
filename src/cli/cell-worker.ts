/**
 * The program of a cell's own process: does one job that its parent sends, answers, and ends.
 *
 * A process of its own makes the peak memory that of the cell, and keeps a benchmark alive when the system kills a cell.
 */
import { checkAborted } from "../base/abort.ts";
import { RadarError } from "../base/errors.ts";
import { measureCell, trainCell } from "../node/benchmark-cell.ts";
import { parseRunConfig, trainOptionsOf } from "../run-config.ts";
import { type MeasureJob, type Order, orderSchema, type Report, type TrainJob } from "./cell-job.ts";

const stopping = new AbortController();
let isStarted = false;

process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the parent decides
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit(1)); // nobody is left to answer
process.on("message", (message) => {
  const order = orderSchema.parse(message);
  if (order.kind === "stop") {
    stopping.abort();
  } else if (!isStarted) {
    isStarted = true;
    void work(order).then((answer) => process.send?.(answer, undefined, undefined, () => process.exit(0)));
  }
});

async function work(job: Exclude<Order, { readonly kind: "stop" }>): Promise<Report> {
  try {
    return job.kind === "train" ? await trained(job) : await measured(job);
  } catch (error) {
    const code = error instanceof RadarError ? error.code : null;
    return { kind: "failed", code, message: error instanceof Error ? error.message : String(error) };
  }
}

async function trained({ kind: _, data, config, ...options }: TrainJob): Promise<Report> {
  const result = await trainCell(data, {
    ...trainOptionsOf(parseRunConfig(config, "cell")),
    ...options,
    signal: stopping.signal,
    onProgress: ({ step, totalSteps }) => tell("steps", step, totalSteps),
    onStageProgress: ({ done, total }) => tell("good images", done, total),
  });
  return { kind: "trained", result };
}

async function measured({ data, model, ...options }: MeasureJob): Promise<Report> {
  const onProgress = (done: number, total: number): void => {
    checkAborted(stopping.signal, "cell");
    tell("images", done, total);
  };
  return { kind: "measured", result: await measureCell(model, data, { ...options, onProgress }) };
}

function tell(unit: string, done: number, total: number): void {
  const report: Report = { kind: "progress", unit, done, total };
  process.send?.(report);
}
