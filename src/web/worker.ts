/** What the workers of a page run: models and trainings, out of the way of what the page draws. */
import { RadarError } from "../base/errors.ts";
import { plainError } from "../base/plain-error.ts";
import { checkRuntime, type Detector, loadDetector } from "../detectors/index.ts";
import { backendOf, devicesFor, type WebComputeOptions } from "./device.ts";
import { frameOf } from "./picture.ts";
import type { LoadedModel, WebAnswer, WebNews, WebOrder } from "./protocol.ts";
import { estimateHere, trainHere } from "./worker-train.ts";

let detector: Detector | undefined;
let work: Promise<void> = Promise.resolve();

/** Serves the owner of this worker, if this is one; elsewhere importing it does nothing. */
export function serve(): void {
  if (!("importScripts" in globalThis)) return;
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
      };
      const trained = await trainHere(
        order.pictures,
        order.settings,
        await trainingBackend(order.options),
        listener,
      );
      return { kind: "trained", trained };
    }
    case "estimate": {
      const backend = await trainingBackend(order.options);
      return { kind: "estimated", seconds: await estimateHere(order.pictures, order.settings, backend) };
    }
  }
}

async function trainingBackend(options: WebComputeOptions): ReturnType<typeof backendOf> {
  const [best = "wasm"] = await devicesFor(options.device ?? "auto");
  return backendOf(best, options);
}

/** The model on the best device that gives what the model's maker saw. */
async function load(model: Uint8Array, options: WebComputeOptions): Promise<LoadedModel> {
  const devices = await devicesFor(options.device ?? "auto");
  let fallback: string | null = null;
  for (const [i, device] of devices.entries()) {
    const isLast = i === devices.length - 1;
    try {
      const backend = await backendOf(device, options);
      const check = await checkRuntime(model, backend);
      if (check.isWithinTolerance || isLast) {
        detector = await loadDetector(model, backend);
        return { description: detector.description, device, check, fallback };
      }
      fallback = `on ${device} the model's self-check is out of tolerance`;
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
