/** ONNX Runtime for Node as a {@link Backend}. */
import * as ort from "onnxruntime-node";
import type { NdArray } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import type { DType } from "../base/shape.ts";
import type { Backend, Device, Feeds, Session } from "./backend.ts";
import { withoutTelemetry } from "./no-telemetry.ts";

/** Options of {@link nodeBackend}. */
export interface NodeBackendOptions {
  /** Execution provider. Default "cpu". */
  readonly device?: Device;
  /** Threads within one operator. Default: ONNX Runtime's, one per physical core. */
  readonly threads?: number;
  /**
   * Whether idle threads wait actively for the next piece of work. Default true: the shortest times for single images.
   * False leaves the cores to others, and is as fast for long runs.
   */
  readonly spin?: boolean;
}

/**
 * The backend on onnxruntime-node.
 *
 * @throws {BackendError} E_BACKEND if this machine does not offer the device; the message names those it offers.
 */
export function nodeBackend(options: NodeBackendOptions = {}): Backend {
  const { device = "cpu", threads, spin = true } = options;
  const offered = ort.listSupportedBackends().map((backend) => backend.name);
  if (!offered.includes(device)) {
    throw new BackendError(
      `device: expected one that this machine offers (${offered.join(", ")}), got "${device}".`,
    );
  }
  const session: ort.InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spin ? "1" : "0" } } },
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
  return {
    name: `onnxruntime-node ${ort.env.versions.node ?? "?"} (${device})`,
    load: async (model) => {
      await withoutTelemetry();
      try {
        return new NodeSession(await ort.InferenceSession.create(model, session));
      } catch (cause) {
        throw new BackendError(
          `load: expected a model that ONNX Runtime can run on ${device}, got: ${messageOf(cause)}`,
          { cause },
        );
      }
    },
  };
}

class NodeSession implements Session {
  readonly #session: ort.InferenceSession;

  constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: Feeds, into?: Feeds): Promise<Record<string, NdArray>> {
    try {
      const inputs = mapValues(feeds, toOrt);
      const fetches =
        into &&
        Object.fromEntries(this.outputNames.map((name) => [name, into[name] ? toOrt(into[name]) : null]));
      const results = await (fetches ? this.#session.run(inputs, fetches) : this.#session.run(inputs));
      return mapValues(results, fromOrt);
    } catch (cause) {
      throw new BackendError(`run: expected the model to run on these feeds, got: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

function toOrt(array: NdArray): ort.Tensor {
  return new ort.Tensor(array.dtype, array.data, array.shape);
}

function fromOrt(tensor: ort.OnnxValue): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
