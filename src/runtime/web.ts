/** ONNX Runtime for the web as a {@link Backend}: WebGPU or WebAssembly in a page, WebAssembly under Node too. */
import { BackendError } from "../base/errors.ts";
import type { Backend } from "./backend.ts";
import { keptOn, messageOf, OrtSession } from "./ort-session.ts";

/** Where a page computes. */
export const webDevices = ["webgpu", "wasm"] as const;

/** One of {@link webDevices}. */
export type WebDevice = (typeof webDevices)[number];

/** URLs of ONNX Runtime's own files, for whom hosts them elsewhere than a bundler puts them. */
export interface RuntimeFiles {
  /** Of its module, e.g. `ort-wasm-simd-threaded.mjs`. */
  readonly mjs: string;
  /** Of its WebAssembly, e.g. `ort-wasm-simd-threaded.wasm`. */
  readonly wasm: string;
}

/** Options of {@link webBackend}. */
export interface WebBackendOptions {
  /** Default "wasm". */
  readonly device?: WebDevice;
  /** Threads within one operator, on WebAssembly. Default: ONNX Runtime's; a page has one unless it is cross-origin isolated. */
  readonly threads?: number;
  /** Default: where ONNX Runtime looks for them. */
  readonly files?: RuntimeFiles;
}

/** A backend on onnxruntime-web. */
export interface WebBackend extends Backend {
  readonly device: WebDevice;
  /** Threads within one operator on the processor, once a model is loaded: one where the page is not isolated, whatever was asked for. */
  readonly threads: number;
}

/**
 * The backend on onnxruntime-web. Whether there is a GPU is found out when a model is loaded.
 *
 * @param ort - One of its builds: under Node `onnxruntime-web` itself, in a page `onnxruntime-web/webgpu`, or the smaller `.../wasm`.
 */
export function webBackend(
  ort: typeof import("onnxruntime-web"),
  options: WebBackendOptions = {},
): WebBackend {
  const { device = "wasm", threads, files } = options;
  if (threads !== undefined) ort.env.wasm.numThreads = threads;
  if (files !== undefined) ort.env.wasm.wasmPaths = { ...files };
  return {
    name: `onnxruntime-web ${ort.env.versions.web ?? "?"} (${device})`,
    device,
    get threads() {
      return ort.env.wasm.numThreads ?? 1;
    },
    load: async (model, options = {}) => {
      try {
        const session = await ort.InferenceSession.create(model, {
          executionProviders: [device],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
          ...keptOn(device, options),
        });
        return new OrtSession(session, { Tensor: ort.Tensor, writesInto: false }, options);
      } catch (cause) {
        throw new BackendError(
          `load: expected a model that ONNX Runtime can run on ${device}, got: ${messageOf(cause)}`,
          { cause },
        );
      }
    },
  };
}
