/** Whether this machine computes what a model's maker saw, on every runtime that is there. */
import { checkOptions, integerFrom, oneOf } from "../base/check-options.ts";
import { BackendError } from "../base/errors.ts";
import { checkModel, checkRuntime, type RuntimeCheck, verifyToleranceOf } from "../detectors/index.ts";
import { decodeModel } from "../onnx/index.ts";
import { type Backend, type Device, devices } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { type WebBackendOptions, webBackend } from "../runtime/web.ts";
import { bytesOrPath, type FileInput } from "./file-input.ts";
import { aboutFile, readModelFile } from "./load-detector.ts";

/** What a model can be checked on: the devices of onnxruntime-node, and onnxruntime-web's WebAssembly. */
export const verifyDevices: readonly (Device | "wasm")[] = [...devices, "wasm"];

/** One of {@link verifyDevices}. */
export type VerifyDevice = (typeof verifyDevices)[number];

/** What a model is checked on. */
export interface VerifyOptions {
  /** The only one to check it on. Default: the processor, and WebGPU and WebAssembly where they are there. */
  readonly device?: VerifyDevice | undefined;
  /** Threads within one operator. Default: one per core. */
  readonly threads?: number | undefined;
}

/** A model's self-check on every runtime that is there. */
export interface Verification {
  /** Largest relative difference that passes. */
  readonly tolerance: number;
  readonly runtimes: readonly RuntimeCheck[];
  /** Runtimes that are not there, with the reason. */
  readonly absent: readonly { readonly device: VerifyDevice; readonly reason: string }[];
  /** Whether all that are there are within tolerance. */
  readonly isWithinTolerance: boolean;
}

const noAdapter =
  "No GPU that WebGPU can use was found; on Linux it needs a Vulkan driver (libvulkan1 and the GPU's own).";

const usualDevices: readonly VerifyDevice[] = ["cpu", "webgpu", "wasm"];

/**
 * Runs a model's self-check: the picture made by rule that it was tried on when it was written, and what it said of it.
 *
 * @param model - Path or bytes of a model file.
 * @throws {FileError} E_FILE, {OnnxFormatError} E_ONNX as `loadDetector`: a changed byte anywhere in the file is noticed before anything
 * runs; E_ONNX too if the file has no self-check; {BackendError} E_BACKEND if a `device` that was asked for is not there.
 */
export async function verifyModel(model: FileInput, options: VerifyOptions = {}): Promise<Verification> {
  checkOptions("verify", options, { device: oneOf(verifyDevices), threads: integerFrom(1) });
  const { device, threads } = options;
  const given = bytesOrPath("model", model);
  const bytes = typeof given === "string" ? await readModelFile(given) : given;
  const checked = async (): Promise<Verification> => {
    await checkModel(bytes);
    const runtimes: RuntimeCheck[] = [];
    const absent: Verification["absent"][number][] = [];
    for (const name of device === undefined ? usualDevices : [device]) {
      try {
        runtimes.push(await checkOn(await open(name, threads), bytes));
      } catch (error) {
        if (device !== undefined || name === "cpu" || !(error instanceof BackendError)) throw error;
        absent.push({ device: name, reason: isNoAdapter(error) ? noAdapter : error.message });
      }
    }
    const isWithinTolerance = runtimes.every((check) => check.isWithinTolerance);
    return { tolerance: verifyToleranceOf(decodeModel(bytes)), runtimes, absent, isWithinTolerance };
  };
  return typeof given === "string" ? aboutFile(given, checked) : checked();
}

/** @throws {BackendError} E_BACKEND if it is not there. */
function open(device: VerifyDevice, threads: number | undefined): Backend | Promise<Backend> {
  const compute = threads === undefined ? {} : { threads };
  return device === "wasm" ? openWasm(compute) : nodeBackend({ device, ...compute });
}

async function openWasm(options: WebBackendOptions): Promise<Backend> {
  try {
    return webBackend(await import("onnxruntime-web"), options);
  } catch (cause) {
    throw new BackendError(
      "device: expected the package onnxruntime-web for wasm, got none. Run npm install onnxruntime-web.",
      { cause },
    );
  }
}

/** @throws {BackendError} E_BACKEND if this machine has no such device after all. */
async function checkOn(backend: Backend, bytes: Uint8Array): Promise<RuntimeCheck> {
  try {
    return await checkRuntime(bytes, backend);
  } catch (error) {
    if (!(error instanceof BackendError) || isNoAdapter(error)) throw error;
    return {
      runtime: backend.name,
      difference: null,
      sameDecision: false,
      isWithinTolerance: false,
      error: error.message,
    };
  }
}

/** onnxruntime-node offers WebGPU everywhere and finds out that there is no GPU when it loads the first model. */
function isNoAdapter({ message }: BackendError): boolean {
  return message.includes("Failed to get a WebGPU adapter");
}
