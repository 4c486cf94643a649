/** Worker threads of ours: orders in, an answer for each in their order, other messages between. */
import { resolve as absolute, extname } from "node:path";
import { Worker } from "node:worker_threads";
import { BackendError } from "../base/errors.ts";
import { endTurnOf } from "../runtime/device-turn.ts";
import type { FilePath } from "./file-input.ts";

/** What threads of ours run unless they are given another file; null in a bundle whose modules do not know where they are. */
export function ownWorker(): URL | null {
  const { url } = import.meta;
  return URL.canParse(url) ? new URL(`./worker${extname(url)}`, url) : null;
}

/** What a thread is for. */
export type ThreadKind = "session" | "training" | "scoring" | "body";

/** A worker thread that works for one owner. */
export interface RunningThread<Order, Answer> {
  /** Sends an order and waits for its answer. @throws {BackendError} E_BACKEND if the thread ends before. */
  ask(order: Order): Promise<Answer>;
  /** Sends an order that has no answer. */
  tell(order: Order): void;
  /** Ends the thread, with whatever it is doing; more than once is as once. */
  end(): Promise<void>;
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts a thread. It keeps the process alive only while an answer is waited for.
 *
 * @param file - What it runs; true for our own file, beside this one.
 * @param isAnswer - Whether a message answers an order. Default: all do.
 * @param onMessage - Called with every other message.
 */
export function startThread<Order, Answer, Message = never>(
  kind: ThreadKind,
  file: true | FilePath,
  isAnswer: (message: Answer | Message) => message is Answer = (message): message is Answer => true,
  onMessage: (message: Message) => void = () => {},
): RunningThread<Order, Answer> {
  const program = file === true ? ownWorker() : file;
  if (program === null) {
    throw new BackendError(
      "worker: expected the file that worker threads run, got none in a bundle. Name it: docs/library.md says how.",
    );
  }
  const worker = new Worker(typeof program === "string" ? absolute(program) : program, {
    workerData: { radarAd: kind },
  });
  const { threadId } = worker;
  const waiting: Waiting<Answer>[] = [];
  let ended: Promise<unknown> | undefined;
  let problem: BackendError | undefined;
  worker.unref();
  worker.on("message", (message: Answer | Message) => {
    if (!isAnswer(message)) {
      onMessage(message);
      return;
    }
    waiting.shift()?.resolve(message);
    if (waiting.length === 0) worker.unref();
  });
  const fail = (cause: unknown): void => {
    const how = cause instanceof Error ? cause.message : `its end with exit code ${cause}`;
    problem ??= new BackendError(`worker: expected an answer of the worker thread, got ${how}.`, { cause });
    for (const { reject } of waiting.splice(0)) reject(problem);
  };
  worker.on("error", fail);
  worker.on("exit", (code) => {
    endTurnOf(threadId);
    fail(code);
  });
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (problem !== undefined) {
          reject(problem);
          return;
        }
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(order);
      }),
    tell: (order) => worker.postMessage(order),
    end: async () => {
      ended ??= worker.terminate();
      await ended;
    },
  };
}
