/** The backend of trainings: where there is another processor for it, what makes many steps computes in a thread of its own. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Backend } from "../runtime/backend.ts";
import { type NodeBackendOptions, nodeBackend } from "../runtime/node.ts";
import { ownWorker } from "./thread.ts";
import { workerBackend } from "./worker-backend.ts";

const enoughCores = 4; // with two, copying batches costs what making them meanwhile gains (ours)

/**
 * As `nodeBackend` with idle threads that do not spin, but beside a graphics card, and on four cores or more, sessions that carry something
 * from run to run are in a thread: batches are made meanwhile. Where our worker's file is not there to be run - in a bundle, or as
 * TypeScript - one thread does all. The bits are the same.
 */
export function trainingBackend(options: Omit<NodeBackendOptions, "spin">): Backend {
  const here = nodeBackend({ ...options, spin: false });
  const hasRoom = (options.device ?? "cpu") !== "cpu" || availableParallelism() >= enoughCores;
  if (!hasRoom || !liesAsFiles()) return here;
  const elsewhere = workerBackend({ ...options, spin: false }, true);
  return {
    name: here.name,
    load: (model, load) => (load?.carry === undefined ? here : elsewhere).load(model, load),
  };
}

/** Whether this is our own built file, and not part of a bundle, beside which a `worker.js` would be another's. */
function liesAsFiles(): boolean {
  const worker = ownWorker();
  return (
    String(import.meta.url).endsWith("/node/training-backend.js") && worker !== null && existsSync(worker)
  );
}
