/** A worker of ours: orders in, an answer for each in their order, news between. */
import { BackendError } from "../base/errors.ts";
import { errorFrom } from "../base/plain-error.ts";
import type { WebAnswer, WebNews, WebOrder } from "./protocol.ts";

type Answer<Kind> = Extract<WebAnswer, { kind: Kind }>;

/** A worker that works for one owner. */
export class WebWorker {
  readonly #worker: Worker;
  readonly #waiting: { resolve(answer: WebAnswer): void; reject(error: Error): void }[] = [];
  #problem: Error | undefined;

  /** @param onNews - Called with what it tells before it answers. */
  constructor(worker: Worker, onNews: (news: WebNews) => void = () => {}) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<WebAnswer | WebNews>) => {
      if (data.kind === "progress" || data.kind === "stage" || data.kind === "stage progress") onNews(data);
      else this.#waiting.shift()?.resolve(data);
    });
    worker.addEventListener("error", (event) => {
      this.#fail(
        new BackendError(`worker: expected an answer of the worker, got ${event.message || "none"}.`),
      );
    });
  }

  /**
   * Sends an order and waits for its answer.
   *
   * @throws {RadarError} The worker's error; {BackendError} E_BACKEND if the worker ends before.
   */
  async ask<Kind extends WebAnswer["kind"]>(
    order: WebOrder,
    kind: Kind,
    transfer: Transferable[] = [],
  ): Promise<Answer<Kind>> {
    if (this.#problem !== undefined) throw this.#problem;
    const answer = await new Promise<WebAnswer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(order, transfer);
    });
    if (answer.kind === "failed") throw errorFrom(answer.error);
    if (isKind(answer, kind)) return answer;
    throw new BackendError(`worker: internal: expected ${kind}, got ${answer.kind}.`);
  }

  /** Ends the worker, with whatever it is doing; more than once is as once. */
  end(): void {
    this.#worker.terminate();
    this.#fail(new BackendError("worker: expected an answer of the worker, got its end."));
  }

  #fail(problem: Error): void {
    this.#problem ??= problem;
    for (const { reject } of this.#waiting.splice(0)) reject(problem);
  }
}

/** Starts our own worker: bundlers see this very expression and make a file of it. */
export function startWorker(): Worker {
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

function isKind<Kind extends WebAnswer["kind"]>(answer: WebAnswer, kind: Kind): answer is Answer<Kind> {
  return answer.kind === kind;
}
