/** Large bodies that are text or forms are read and written in a thread: the one that answers everybody takes no more than moments. */
import { extname } from "node:path";
import { errorFrom, type PlainError } from "../base/plain-error.ts";
import type { FilePath } from "../node/file-input.ts";
import { type RunningThread, startThread } from "../node/thread.ts";
import { encodeAnswer, type InferAnswer, type InferAnswerBody, textBytes } from "./inference-answer.ts";
import { readInferBody } from "./inference-protocol.ts";
import { type BodyFile, filesIn } from "./request-body.ts";

/** Bodies up to this are read where they came (ours): about a millisecond. */
const smallBytes = 2 ** 16;

/** What the thread is asked to do. */
export type BodyOrder =
  | { readonly kind: "form"; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly kind: "infer"; readonly bytes: Uint8Array; readonly jsonLength: string | undefined }
  | { readonly kind: "answer"; readonly answer: InferAnswer };

/** What it answers. */
export type BodyAnswer =
  | { readonly kind: "form"; readonly files: BodyFile[] }
  | { readonly kind: "infer"; readonly infer: ReturnType<typeof readInferBody> }
  | { readonly kind: "answer"; readonly body: InferAnswerBody }
  | { readonly kind: "failed"; readonly error: PlainError };

/** The thread; it is started when there is a large body. */
export class BodyThread {
  readonly #file: FilePath;
  #thread: RunningThread<BodyOrder, BodyAnswer> | undefined;

  /** @param file - What the thread runs. Default: our own file, beside this one. */
  constructor(file: FilePath = new URL(`./body-worker${extname(import.meta.url)}`, import.meta.url)) {
    this.#file = file;
  }

  /** As {@link filesIn}. */
  async readFiles(bytes: Uint8Array, contentType: string): Promise<BodyFile[]> {
    const isForm = /^multipart\/form-data/i.test(contentType);
    if (bytes.length <= smallBytes || !isForm) return filesIn(bytes, contentType);
    return (await this.#ask({ kind: "form", bytes, contentType }, "form")).files;
  }

  /** As {@link readInferBody}. */
  async readInfer(
    bytes: Uint8Array,
    jsonLength: string | undefined,
  ): Promise<ReturnType<typeof readInferBody>> {
    const length = jsonLength === undefined ? bytes.length : Number(jsonLength);
    if (!(length > smallBytes)) return readInferBody(bytes, jsonLength);
    return (await this.#ask({ kind: "infer", bytes, jsonLength }, "infer")).infer;
  }

  /** As {@link encodeAnswer}. */
  async writeAnswer(answer: InferAnswer): Promise<InferAnswerBody> {
    if (textBytes(answer) <= smallBytes) return encodeAnswer(answer);
    return (await this.#ask({ kind: "answer", answer }, "answer")).body;
  }

  /** Ends the thread. */
  async end(): Promise<void> {
    await this.#thread?.end();
  }

  async #ask<K extends BodyAnswer["kind"]>(
    order: BodyOrder,
    kind: K,
  ): Promise<Extract<BodyAnswer, { readonly kind: K }>> {
    const thread = this.#thread ?? startThread<BodyOrder, BodyAnswer>("body", this.#file);
    this.#thread = thread;
    let answer: BodyAnswer;
    try {
      answer = await thread.ask(order);
    } catch (error) {
      if (this.#thread === thread) this.#thread = undefined; // it has ended: the next body starts another
      throw error;
    }
    if (answer.kind === "failed") throw errorFrom(answer.error);
    if (isOf(answer, kind)) return answer;
    throw new Error(`body thread: expected ${kind}, got ${answer.kind}`);
  }
}

function isOf<K extends BodyAnswer["kind"]>(
  answer: BodyAnswer,
  kind: K,
): answer is Extract<BodyAnswer, { readonly kind: K }> {
  return answer.kind === kind;
}
