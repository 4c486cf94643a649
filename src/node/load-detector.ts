/** Model files made ready to score under Node. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { checkOptions, flag, integerFrom, type OptionChecks, oneOf } from "../base/check-options.ts";
import { BackendError, FileError, OnnxFormatError, OptionError } from "../base/errors.ts";
import { loadDetector } from "../detectors/load-detector.ts"; // not index.ts: scoring loads nothing that learns
import { type Backend, type Device, devices } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { ParallelSession } from "../runtime/parallel-session.ts";
import { bytesOrPath, type FileInput, type FilePath, filePath } from "./file-input.ts";
import { pathKind } from "./path-kind.ts";
import { type PictureDetector, pictureDetector } from "./picture-detector.ts";
import { fileError } from "./system-error.ts";
import { workerBackend } from "./worker-backend.ts";

/** Where a detector runs. */
export interface LoadDetectorOptions {
  /** Where to compute. Default "cpu". */
  readonly device?: Device | undefined;
  /** Threads within one operator, shared by pictures that are scored at a time. Default: one per core. */
  readonly threads?: number | undefined;
  /**
   * Pictures that are scored at a time, each with its share of `threads`: more pictures a second, and as many times the memory of a model. From the
   * ninth on they are scored in worker threads of their own; the share is the same before, so that no picture has other bits for it. Default 1; more
   * needs the device "cpu".
   */
  readonly parallel?: number | undefined;
  /**
   * Whether idle threads wait actively for the next piece of work: fastest on a machine that only inspects, slow where others use the
   * cores. Default true.
   */
  readonly spin?: boolean | undefined;
  /**
   * Computes in a worker thread, with the same bits: the caller's event loop goes on while a picture is scored, which blocks it for
   * the whole call otherwise. Default false. A bundled program names the file that imports `radar-ad/worker`.
   */
  readonly worker?: boolean | FilePath | undefined;
}

const mostThreads = 1024; // more fill the memory (ours)
const mostParallel = 64; // each holds the model in memory (ours)
const usualParallel = 4; // likewise

/** What each of {@link LoadDetectorOptions} may be. */
export const loadChecks: OptionChecks<LoadDetectorOptions> = {
  device: oneOf(devices),
  threads: integerFrom(1, mostThreads),
  parallel: integerFrom(1, mostParallel),
  spin: flag,
  worker: (name, value) => {
    if (typeof value === "boolean") return;
    filePath(name, value);
  },
};

/** The options that say where to compute, among others. */
export function computeOptionsOf(options: LoadDetectorOptions): LoadDetectorOptions {
  const { device, threads, parallel, spin, worker } = options;
  return { device, threads, parallel, spin, worker };
}

/** How many pictures are best scored at a time where there are many: one a thread on a CPU, up to four. */
export function parallelFor({ device = "cpu", threads }: LoadDetectorOptions): number {
  return device === "cpu" ? Math.min(usualParallel, threads ?? availableParallelism()) : 1;
}

/**
 * The backend for {@link LoadDetectorOptions}.
 *
 * @throws {BackendError} E_BACKEND if the device is not offered here; {OptionError} E_OPTION if it takes one picture at a time.
 */
export function backendFor(options: LoadDetectorOptions): Backend {
  const { worker = false, device = "cpu", threads, parallel = 1, spin } = options;
  if (parallel > 1 && device !== "cpu") {
    throw new OptionError(
      `parallel: expected 1 with the device "${device}", which makes one call at a time, got ${parallel}.`,
    );
  }
  const shared =
    parallel === 1 ? threads : Math.max(1, Math.floor((threads ?? availableParallelism()) / parallel));
  const own = { device, ...(shared && { threads: shared }), ...(spin !== undefined && { spin }) };
  const first = worker === false ? nodeBackend(own) : workerBackend(own, worker);
  if (parallel === 1) return first;
  const others = workerBackend(own, worker === false ? true : worker);
  return {
    name: first.name,
    load: async (model, load) =>
      new ParallelSession(await first.load(model, load), () => others.load(model, load), parallel),
  };
}

/**
 * Loads a detector.
 *
 * @param model - A model file by its path or URL, or its bytes.
 * @returns The detector; call `dispose` when done, or declare it with `await using`.
 * @throws {OptionError} E_OPTION if an option is unknown or of another kind.
 * @throws {FileError} E_FILE if there is no such file.
 * @throws {OnnxFormatError} E_ONNX if it is no ONNX model, not one of radar-ad, or damaged.
 * @throws {BackendError} E_BACKEND if the device is not offered here, or the runtime cannot load the model.
 */
export async function loadDetectorFile(
  model: FileInput,
  options: LoadDetectorOptions = {},
): Promise<PictureDetector> {
  checkOptions("loadDetector", options, loadChecks);
  const input = bytesOrPath("model", model);
  const backend = backendFor(options);
  if (typeof input !== "string") return pictureDetector(await loadDetector(input, backend));
  const bytes = await readModelFile(input);
  return pictureDetector(await aboutFile(input, () => loadDetector(bytes, backend)));
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
