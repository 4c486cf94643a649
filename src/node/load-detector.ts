/** Model files made ready to score under Node. */
import { readFile } from "node:fs/promises";
import { BackendError, FileError, OnnxFormatError } from "../base/errors.ts";
import { type Detector, loadDetector } from "../detectors/index.ts";
import type { Device } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { pathKind } from "./path-kind.ts";
import { fileError } from "./system-error.ts";

/** Where a detector runs. */
export interface LoadDetectorOptions {
  /** Where to compute. Default "cpu". */
  readonly device?: Device | undefined;
  /** Threads. Default: one per core. */
  readonly threads?: number | undefined;
}

/**
 * Loads a detector.
 *
 * @param model - Path of a model file, or its bytes.
 * @returns The detector; call `dispose` when done.
 * @throws {FileError} E_FILE if there is no such file.
 * @throws {OnnxFormatError} E_ONNX if it is no ONNX model, or not one of radar-ad.
 * @throws {BackendError} E_BACKEND if the device is not offered here, or the runtime cannot load the model.
 */
export async function loadDetectorFile(
  model: string | Uint8Array,
  options: LoadDetectorOptions = {},
): Promise<Detector> {
  const { device, threads } = options;
  const backend = nodeBackend({ ...(device && { device }), ...(threads && { threads }) });
  if (typeof model !== "string") return loadDetector(model, backend);
  const bytes = await readModelFile(model);
  return aboutFile(model, () => loadDetector(bytes, backend));
}

/** Bytes of a model file. @throws {FileError} E_FILE if it is missing, a folder, or must not be read. */
export async function readModelFile(path: string): Promise<Uint8Array> {
  const kind = await pathKind(path);
  if (kind === "missing" || kind === "folder") {
    const got = kind === "missing" ? "nothing there" : "a folder";
    throw new FileError(`${path}: expected a model file, got ${got}.`);
  }
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** What `read` gives; its complaints about the model name the file. */
export async function aboutFile<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OnnxFormatError) throw new OnnxFormatError(named(path, error), { cause: error });
    if (error instanceof BackendError) throw new BackendError(named(path, error), { cause: error });
    throw error;
  }
}

function named(path: string, { message }: Error): string {
  return `${path}: ${message.replace(/^(model|load): /, "")}`;
}
