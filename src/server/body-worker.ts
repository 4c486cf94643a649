/** What the thread of {@link BodyThread} runs. */
import { isMainThread, parentPort } from "node:worker_threads";
import { plainError } from "../base/plain-error.ts";
import { answerOrders } from "../node/answer-orders.ts";
import type { BodyAnswer, BodyOrder } from "./body-thread.ts";
import { encodeAnswer } from "./inference-answer.ts";
import { readInferBody } from "./inference-protocol.ts";
import { filesIn } from "./request-body.ts";

async function answerTo(order: BodyOrder): Promise<BodyAnswer> {
  switch (order.kind) {
    case "form":
      return { kind: "form", files: await filesIn(order.bytes, order.contentType) };
    case "infer":
      return { kind: "infer", infer: readInferBody(order.bytes, order.jsonLength) };
    case "answer":
      return { kind: "answer", body: encodeAnswer(order.answer) };
  }
}

if (!isMainThread && parentPort !== null) {
  answerOrders(parentPort, {
    answerTo,
    failed: (error): BodyAnswer => ({ kind: "failed", error: plainError(error) }),
  });
}
