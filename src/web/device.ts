/** Where a page computes: WebGPU where there is an adapter, WebAssembly else. */
import { BackendError } from "../base/errors.ts";
import { type RuntimeFiles, type WebBackend, type WebDevice, webBackend } from "../runtime/web.ts";

/** Where to compute; "auto" is WebGPU where it is there and gives what the model's maker saw, WebAssembly else. */
export type WebDeviceChoice = "auto" | WebDevice;

/** All of {@link WebDeviceChoice}. */
export const webDeviceChoices: readonly WebDeviceChoice[] = ["auto", "webgpu", "wasm"];

/** How a page computes. */
export interface WebComputeOptions {
  /** Default "auto". */
  readonly device?: WebDeviceChoice | undefined;
  /** Threads on WebAssembly. Default: up to four where the page is cross-origin isolated, else one. */
  readonly threads?: number | undefined;
  /** Where ONNX Runtime's own files are, for each device. Default: where the bundler has put them. */
  readonly files?: Readonly<Partial<Record<WebDevice, RuntimeFiles>>> | undefined;
}

/** Whether this browser has a GPU for us. */
export async function hasWebGpu(): Promise<boolean> {
  if (!("gpu" in navigator)) return false;
  return (await navigator.gpu.requestAdapter().catch(() => null)) !== null;
}

/** The devices to try, best first. */
export async function devicesFor(choice: WebDeviceChoice): Promise<WebDevice[]> {
  if (choice !== "auto") return [choice];
  return (await hasWebGpu()) ? ["webgpu", "wasm"] : ["wasm"];
}

/**
 * The backend of a device, with ONNX Runtime's build for it.
 *
 * @throws {BackendError} E_BACKEND if the browser has no such device, or ONNX Runtime's files cannot be loaded.
 */
export async function backendOf(device: WebDevice, options: WebComputeOptions): Promise<WebBackend> {
  if (device === "webgpu" && !(await hasWebGpu())) {
    throw new BackendError('device: expected one that this browser offers (wasm), got "webgpu".');
  }
  const files = options.files?.[device];
  const { threads } = options;
  const compute = { device, ...(threads !== undefined && { threads }), ...(files && { files }) };
  try {
    return device === "webgpu"
      ? webBackend(await import("onnxruntime-web/webgpu"), compute)
      : webBackend(await import("onnxruntime-web/wasm"), compute);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError(`onnxruntime-web: expected the package to load, got: ${reason}`, { cause });
  }
}
