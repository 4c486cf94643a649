/** The side of a training in a worker thread that trains. */
import type { MessagePort } from "node:worker_threads";
import { plainError } from "../base/plain-error.ts";
import { trainHere } from "./train-here.ts";
import type { TrainingAnswer, TrainingNews, TrainingOrder } from "./train-in-thread.ts";

/** Trains once as the port asks for it. */
export function serveTraining(port: MessagePort): void {
  const stopping = new AbortController();
  const tell = (message: TrainingAnswer | TrainingNews): void => port.postMessage(message);
  port.on("message", (order: TrainingOrder) => {
    if (order.kind === "stop") {
      stopping.abort();
      return;
    }
    trainHere(order.data, {
      ...order.options,
      signal: stopping.signal,
      onProgress: (progress) => tell({ kind: "progress", progress }),
      onStage: (stage) => tell({ kind: "stage", stage }),
      onStageProgress: (progress) => tell({ kind: "stage progress", progress }),
    })
      .then((summary) => tell({ kind: "trained", summary }))
      .catch((error: unknown) => tell({ kind: "failed", error: plainError(error) }));
  });
}
