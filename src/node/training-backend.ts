/** The backend of trainings: what makes many steps computes in a thread of its own. */
import { existsSync } from "node:fs";
import type { Backend } from "../runtime/backend.ts";
import { type NodeBackendOptions, nodeBackend } from "../runtime/node.ts";
import { ownWorker } from "./thread.ts";
import { workerBackend } from "./worker-backend.ts";

/**
 * As `nodeBackend` with idle threads that do not spin, but sessions that carry something from run to run are in a thread: batches are made
 * meanwhile. A program bundled without our worker's file does all on one thread, with the same bits.
 */
export function trainingBackend(options: Omit<NodeBackendOptions, "spin">): Backend {
  const here = nodeBackend({ ...options, spin: false });
  if (!existsSync(ownWorker)) return here;
  const elsewhere = workerBackend({ ...options, spin: false }, true);
  return {
    name: here.name,
    load: (model, load) => (load?.carry === undefined ? here : elsewhere).load(model, load),
  };
}
