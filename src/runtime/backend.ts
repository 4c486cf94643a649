/** The one interface between the project and whatever executes ONNX. */
import type { NdArray } from "../base/array.ts";

/** Where a model runs; what a machine offers is asked of its {@link Backend}. */
export const devices = ["cpu", "webgpu", "cuda", "dml", "coreml"] as const;

/** One of {@link devices}. */
export type Device = (typeof devices)[number];

/** What a command line takes: a device, or `auto` for the one that is right and fastest where it runs. */
export type DeviceChoice = Device | "auto";

/** Every {@link DeviceChoice}. */
export const deviceChoices: readonly DeviceChoice[] = ["auto", ...devices];

/** Named tensors. */
export type Feeds = Readonly<Record<string, NdArray>>;

/** A loaded model. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs that it makes at a time; others wait. Absent: one. */
  readonly parallel?: number;
  /**
   * Runs the model once.
   *
   * @param feeds - One array per input. Inputs that are carried are fed in the first run, and later only to put something else in their place.
   * @param meanwhile - Called once, as soon as the arrays of `feeds` may be written to: while the model runs where that is on another thread, else after.
   * @returns One array per output that is not carried.
   * @throws {BackendError} E_BACKEND with the runtime's own error as cause.
   */
  run(feeds: Feeds, meanwhile?: () => void): Promise<Record<string, NdArray>>;
  /** Copies of what the next run takes for its carried inputs, by input; empty before the first run. */
  carried(): Promise<Record<string, NdArray>>;
  /** Frees the model; running it afterwards is an error. */
  dispose(): Promise<void>;
}

/** Options of {@link Backend.load}. */
export interface LoadOptions {
  /** Outputs that are inputs of the next run, by input: they stay where the model runs, be it a graphics card or another thread. */
  readonly carry?: Readonly<Record<string, string>> | undefined;
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
  load(model: Uint8Array, options?: LoadOptions): Promise<Session>;
}
