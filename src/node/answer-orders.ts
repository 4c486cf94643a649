/** The side of a thread that works: see {@link startThread} for the side that asks. */
import type { MessagePort, Transferable } from "node:worker_threads";

/** How orders become answers. */
export interface Answering<Order, Answer> {
  readonly answerTo: (order: Order) => Promise<Answer>;
  /** The answer to an order that could not be carried out. */
  readonly failed: (error: unknown) => Answer;
  /** What is handed over with an answer instead of copied. Default: nothing. */
  readonly handedOver?: (answer: Answer) => readonly Transferable[];
}

/** Answers what the port asks, one order after the other. */
export function answerOrders<Order, Answer>(
  port: MessagePort,
  { answerTo, failed, handedOver = () => [] }: Answering<Order, Answer>,
): void {
  let work: Promise<void> = Promise.resolve();
  port.on("message", (order: Order) => {
    work = work
      .then(() => answerTo(order))
      .catch(failed)
      .then((answer) => port.postMessage(answer, handedOver(answer)));
  });
}
