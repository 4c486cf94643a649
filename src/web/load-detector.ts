/** Model files made ready to score in a page. */
import { checkAborted, untilAborted } from "../base/abort.ts";
import { describe, invariant } from "../base/check.ts";
import {
  checkOptions,
  integerFrom,
  type OptionCheck,
  type OptionChecks,
  oneOf,
} from "../base/check-options.ts";
import { OptionError, RadarError } from "../base/errors.ts";
import type {
  Detection,
  DetectOneOptions,
  DetectOptions,
  DetectorDescription,
  RuntimeCheck,
} from "../detectors/index.ts";
import type { WebDevice } from "../runtime/web.ts";
import { type WebComputeOptions, webDeviceChoices } from "./device.ts";
import { type LoadProgress, modelBytes, type WebModel } from "./model-bytes.ts";
import { bitmapsIn, sentPicture, type WebPicture } from "./picture.ts";
import type { LoadedModel } from "./protocol.ts";
import { startWorker, WebWorker } from "./web-worker.ts";

/** How a model is loaded. */
export interface WebLoadOptions extends WebComputeOptions {
  /** The worker to compute in: what it runs imports `radar-ad/web/worker`. Default: one of our own, where the bundler makes it. */
  readonly worker?: Worker | undefined;
  /** Ends the loading. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the model's bytes come in. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** A detector in a page. */
export interface WebDetector {
  /** What it is and how it was made. */
  readonly description: DetectorDescription;
  /** Where it computes. */
  readonly device: WebDevice;
  /** Threads that it computes with on the processor: more than one where the page is isolated from other origins only. */
  readonly threads: number;
  /** What the model's self-check found there: how far this machine is from what the model's maker saw. */
  readonly check: RuntimeCheck;
  /** Why it is not on WebGPU, where that was to be tried; null where it is, or was not. */
  readonly fallback: string | null;
  /**
   * Scores pictures of one size in one network call; calls are made one after the other, in the order they came.
   *
   * @throws As `Detector.detect`; {DataError} E_IMAGE too, if the browser cannot read a picture.
   */
  detect(pictures: readonly WebPicture[], options?: DetectOptions): Promise<readonly Detection[]>;
  /** Scores one picture; see {@link WebDetector.detect}. */
  detectOne(picture: WebPicture, options?: DetectOneOptions): Promise<Detection>;
  /** Ends the worker and frees all of it; more than once is as once. Calls that are under way fail. */
  dispose(): Promise<void>;
}

const anything: OptionCheck = () => {};

const loadChecks: OptionChecks<WebLoadOptions> = {
  device: oneOf(webDeviceChoices),
  threads: integerFrom(1),
  files: anything,
  worker: anything,
  signal: anything,
  onProgress: anything,
};

/**
 * Loads a detector in a worker of its own, and runs the model's self-check there.
 *
 * @param model - URL, file or bytes of a model file.
 * @throws {FileError} E_FILE if it cannot be fetched or read; {OnnxFormatError} E_ONNX if it is no ONNX model, not one of radar-ad, or
 * damaged; {BackendError} E_BACKEND if the browser offers no such device, or ONNX Runtime cannot load the model; {OptionError} E_OPTION;
 * {AbortError} E_ABORTED with the signal's reason.
 */
export async function loadDetector(model: WebModel, options: WebLoadOptions = {}): Promise<WebDetector> {
  checkOptions("loadDetector", options, loadChecks);
  const { device, threads, files, signal } = options;
  const bytes = await modelBytes(model, options);
  const worker = new WebWorker(options.worker ?? startWorker());
  try {
    const order = { kind: "load", model: bytes, options: { device, threads, files } } as const;
    const answer = await untilAborted(worker.ask(order, "loaded", [bytes.buffer]), signal, "loadDetector");
    return new WorkerDetector(answer.loaded, worker);
  } catch (error) {
    worker.end();
    throw error;
  }
}

class WorkerDetector implements WebDetector {
  readonly description: DetectorDescription;
  readonly device: WebDevice;
  readonly threads: number;
  readonly check: RuntimeCheck;
  readonly fallback: string | null;
  readonly #worker: WebWorker;
  #isDisposed = false;

  constructor({ description, device, threads, check, fallback }: LoadedModel, worker: WebWorker) {
    this.description = description;
    this.device = device;
    this.threads = threads;
    this.check = check;
    this.fallback = fallback;
    this.#worker = worker;
  }

  async detect(
    pictures: readonly WebPicture[],
    { names = [], signal }: DetectOptions = {},
  ): Promise<readonly Detection[]> {
    if (!Array.isArray(pictures)) {
      throw new OptionError(
        `pictures: expected a list of pictures, got ${describe(pictures)}. For one: detectOne.`,
      );
    }
    if (this.#isDisposed) {
      throw new RadarError(
        "E_DISPOSED",
        "detect: expected a detector in use, got one that was disposed of. Load the model again.",
      );
    }
    checkAborted(signal, "detect");
    const called = pictures.map((_, i) => names[i] ?? `pictures[${i}]`);
    const sent = await Promise.all(
      pictures.map((picture, i) => sentPicture(picture, called[i] ?? "picture")),
    );
    const order = { kind: "detect", pictures: sent, names: called } as const;
    const answer = await untilAborted(this.#worker.ask(order, "detected", bitmapsIn(sent)), signal, "detect");
    return answer.detections;
  }

  async detectOne(picture: WebPicture, { name, signal }: DetectOneOptions = {}): Promise<Detection> {
    const [detection] = await this.detect([picture], { names: [name ?? "picture"], signal });
    invariant(detection !== undefined, "a detector gave nothing for one picture");
    return detection;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#worker.end();
  }
}
