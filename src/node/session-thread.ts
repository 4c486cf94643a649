/** The side of a {@link workerBackend} that computes. */
import type { MessagePort } from "node:worker_threads";
import type { NdArray } from "../base/array.ts";
import { RadarError } from "../base/errors.ts";
import type { Session } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { answerOrders } from "./answer-orders.ts";
import type { SessionAnswer, SessionOrder } from "./worker-backend.ts";

/** Loads and runs what the port asks for, one order after the other. */
export function serveSession(port: MessagePort): void {
  let session: Session | undefined;
  answerOrders(port, { answerTo, failed, handedOver: buffersOf });

  async function answerTo(order: SessionOrder): Promise<SessionAnswer> {
    if (order.kind === "load") {
      session = await nodeBackend(order.backend).load(order.model, order.options);
      const { inputNames, outputNames } = session;
      return { kind: "loaded", inputNames: [...inputNames], outputNames: [...outputNames] };
    }
    if (session === undefined) return failed(new Error("no model is loaded"));
    const outputs = order.kind === "run" ? await session.run(order.feeds) : await session.carried();
    return { kind: "ran", outputs };
  }
}

function failed(error: unknown): SessionAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", message: error instanceof RadarError ? message : `worker: internal: ${message}` };
}

/** The memory of outputs, to be handed over instead of copied. */
function buffersOf(answer: SessionAnswer): ArrayBuffer[] {
  if (answer.kind !== "ran") return [];
  const buffers = Object.values<NdArray>(answer.outputs).map(({ data }) => data.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
