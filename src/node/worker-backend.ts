/** ONNX Runtime in a worker thread, as a {@link Backend}: the same bits, while the caller's event loop goes on. */
import type { NdArray } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import type { Backend, Feeds, LoadOptions, Session } from "../runtime/backend.ts";
import { type NodeBackendOptions, nodeBackend } from "../runtime/node.ts";
import type { FilePath } from "./file-input.ts";
import { type RunningThread, startThread } from "./thread.ts";

/** What a session asks its thread to do. */
export type SessionOrder =
  | {
      readonly kind: "load";
      readonly model: Uint8Array;
      readonly backend: NodeBackendOptions;
      readonly options: LoadOptions;
    }
  | { readonly kind: "run"; readonly feeds: Feeds }
  | { readonly kind: "carried" };

/** What its thread answers: one answer for each order, in their order. */
export type SessionAnswer =
  | {
      readonly kind: "loaded";
      readonly inputNames: readonly string[];
      readonly outputNames: readonly string[];
    }
  | { readonly kind: "ran"; readonly outputs: Record<string, NdArray> }
  | { readonly kind: "failed"; readonly message: string };

/**
 * The backend on onnxruntime-node, each session in a thread of its own. Feeds are copied to the thread, outputs handed over.
 *
 * @param file - What the thread runs; true for our own file.
 * @throws {BackendError} E_BACKEND as `nodeBackend`.
 */
export function workerBackend(options: NodeBackendOptions, file: true | FilePath): Backend {
  const { name } = nodeBackend(options);
  return {
    name,
    load: async (model, load = {}) => {
      const thread = startThread<SessionOrder, SessionAnswer>("session", file);
      try {
        const answer = await thread.ask({ kind: "load", model, backend: options, options: load });
        if (answer.kind === "loaded") return new ThreadSession(thread, answer);
        throw failure(answer);
      } catch (error) {
        await thread.end();
        throw error;
      }
    },
  };
}

class ThreadSession implements Session {
  readonly #thread: RunningThread<SessionOrder, SessionAnswer>;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];

  constructor(
    thread: RunningThread<SessionOrder, SessionAnswer>,
    names: Pick<Session, "inputNames" | "outputNames">,
  ) {
    this.#thread = thread;
    this.inputNames = names.inputNames;
    this.outputNames = names.outputNames;
  }

  async run(feeds: Feeds, meanwhile: () => void = () => {}): Promise<Record<string, NdArray>> {
    const answer = this.#outputsOf({ kind: "run", feeds });
    meanwhile(); // the feeds were copied
    return await answer;
  }

  carried(): Promise<Record<string, NdArray>> {
    return this.#outputsOf({ kind: "carried" });
  }

  dispose(): Promise<void> {
    return this.#thread.end();
  }

  async #outputsOf(order: SessionOrder): Promise<Record<string, NdArray>> {
    const answer = await this.#thread.ask(order);
    if (answer.kind !== "ran") throw failure(answer);
    return answer.outputs;
  }
}

function failure(answer: SessionAnswer): BackendError {
  return new BackendError(
    answer.kind === "failed" ? answer.message : `worker: internal: got ${answer.kind}.`,
  );
}
