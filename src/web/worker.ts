/** What the workers of a page run: models and trainings, out of the way of what the page draws. */
import { BackendError, RadarError } from "../base/errors.ts";
import { plainError } from "../base/plain-error.ts";
import { checkRuntime, type Detector, loadDetector, type StageProgress } from "../detectors/index.ts";
import type { WebBackend, WebDevice } from "../runtime/web.ts";
import { backendOf, devicesFor, type WebComputeOptions } from "./device.ts";
import { frameOf } from "./picture.ts";
import type { LoadedModel, WebAnswer, WebNews, WebOrder } from "./protocol.ts";
import { estimateHere, trainHere } from "./worker-train.ts";

let detector: Detector | undefined;
let work: Promise<void> = Promise.resolve();

/** What Emscripten calls the workers of its threads. */
const threadName = "em-pthread";

/**
 * Serves the owner of this worker, if this is one; elsewhere importing it does nothing. That is so in the workers of ONNX Runtime's threads, too,
 * whose file may share code with this one where a bundler puts it here.
 */
export function serve(): void {
  if (!("importScripts" in globalThis) || self.name.startsWith(threadName)) return;
  addEventListener("message", ({ data: order }: MessageEvent<WebOrder>) => {
    work = work.then(() =>
      answerTo(order)
        .catch((error: unknown): WebAnswer => ({ kind: "failed", error: plainError(error) }))
        .then((answer) => tell(answer, handedOver(answer))),
    );
  });
}

serve();

async function answerTo(order: WebOrder): Promise<WebAnswer> {
  switch (order.kind) {
    case "load":
      return { kind: "loaded", loaded: await load(order.model, order.options) };
    case "detect":
      if (detector === undefined)
        throw new RadarError("E_INTERNAL", "worker: expected a model, got none yet.");
      return {
        kind: "detected",
        detections: await detector.detect(order.pictures.map(frameOf), { names: order.names }),
      };
    case "train": {
      const listener = {
        onProgress: ({
          step,
          totalSteps,
          loss,
          seconds,
        }: Extract<WebNews, { kind: "progress" }>["progress"]) =>
          tell({ kind: "progress", progress: { step, totalSteps, loss, seconds } }),
        onStage: (stage: string) => tell({ kind: "stage", stage }),
        onStageProgress: (progress: StageProgress) => tell({ kind: "stage progress", progress }),
      };
      const { made, ...where } = await onBestDevice(order.options, (backend) =>
        trainHere(order.pictures, order.settings, backend, listener),
      );
      return { kind: "trained", trained: { ...made, ...where } };
    }
    case "estimate": {
      const { made: seconds } = await onBestDevice(order.options, (backend) =>
        estimateHere(order.pictures, order.settings, backend),
      );
      return { kind: "estimated", seconds };
    }
  }
}

/** The model on the best device that gives what the model's maker saw. */
async function load(model: Uint8Array, options: WebComputeOptions): Promise<LoadedModel> {
  const { made, ...where } = await onBestDevice(options, async (backend, isLast) => {
    const check = await checkRuntime(model, backend);
    if (!check.isWithinTolerance && !isLast)
      throw new BackendError(`on ${backend.device} the model's self-check is out of tolerance`);
    detector = await loadDetector(model, backend);
    return { description: detector.description, threads: backend.threads, check };
  });
  return { ...made, ...where };
}

/** What is made on the best device that can: the next one is tried where ONNX Runtime fails. */
async function onBestDevice<T>(
  options: WebComputeOptions,
  make: (backend: WebBackend, isLast: boolean) => Promise<T>,
): Promise<{ readonly made: T; readonly device: WebDevice; readonly fallback: string | null }> {
  const devices = await devicesFor(options.device ?? "auto");
  let fallback: string | null = null;
  for (const [i, device] of devices.entries()) {
    const isLast = i === devices.length - 1;
    try {
      return { made: await make(await backendOf(device, options), isLast), device, fallback };
    } catch (error) {
      if (isLast || !(error instanceof RadarError) || error.code !== "E_BACKEND") throw error;
      fallback = error.message;
    }
  }
  throw new RadarError("E_INTERNAL", "worker: expected a device to try, got none.");
}

function tell(message: WebAnswer | WebNews, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

/** The memory of maps and models, to be handed over instead of copied. */
function handedOver(answer: WebAnswer): ArrayBuffer[] {
  const arrays =
    answer.kind === "detected"
      ? answer.detections.map(({ anomalyMap }) => anomalyMap.data)
      : answer.kind === "trained"
        ? [answer.trained.model]
        : [];
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
