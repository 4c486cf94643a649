/** The one interface between the project and whatever executes ONNX. */
import type { NdArray } from "../base/array.ts";

/** Where a model runs; what a machine offers is asked of its {@link Backend}. */
export const devices = ["cpu", "webgpu", "cuda", "dml", "coreml"] as const;

/** One of {@link devices}. */
export type Device = (typeof devices)[number];

/** Named tensors. */
export type Feeds = Readonly<Record<string, NdArray>>;

/** A loaded model. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the model once.
   *
   * @param feeds - One array per input.
   * @param into - Arrays that the named outputs are written to, of their dtype and shape; saves allocating them.
   * @returns One array per output.
   * @throws {BackendError} E_BACKEND with the runtime's own error as cause.
   */
  run(feeds: Feeds, into?: Feeds): Promise<Record<string, NdArray>>;
  /** Frees the model; running it afterwards is an error. */
  dispose(): Promise<void>;
}

/** Loads models. */
export interface Backend {
  /** Name and version of the runtime, e.g. "onnxruntime-node 1.30.0". */
  readonly name: string;
  /**
   * Loads an ONNX model.
   *
   * @param model - Bytes of a ModelProto.
   * @throws {BackendError} E_BACKEND with the runtime's own error as cause.
   */
  load(model: Uint8Array): Promise<Session>;
}
