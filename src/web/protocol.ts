/** What a page and its worker say to each other: an answer for each order, in their order, and news between. */
import type { PlainError } from "../base/plain-error.ts";
import type { Detection, DetectorDescription, RuntimeCheck, StageProgress } from "../detectors/index.ts";
import type { WebDevice } from "../runtime/web.ts";
import type { WebComputeOptions } from "./device.ts";
import type { SentPicture } from "./picture.ts";
import type { WebTrained, WebTrainProgress, WebTrainSettings } from "./train-settings.ts";

/** What a worker is asked to do. */
export type WebOrder =
  | { readonly kind: "load"; readonly model: Uint8Array; readonly options: WebComputeOptions }
  | { readonly kind: "detect"; readonly pictures: readonly SentPicture[]; readonly names: readonly string[] }
  | {
      readonly kind: "train" | "estimate";
      readonly pictures: readonly Blob[];
      readonly settings: WebTrainSettings;
      readonly options: WebComputeOptions;
    };

/** A model that a worker has loaded. */
export interface LoadedModel {
  readonly description: DetectorDescription;
  readonly device: WebDevice;
  /** Threads on the processor. */
  readonly threads: number;
  /** What the model's self-check found on the device. */
  readonly check: RuntimeCheck;
  /** Why it is not on WebGPU, where that was to be tried; null where it is, or was not. */
  readonly fallback: string | null;
}

/** What it answers. */
export type WebAnswer =
  | { readonly kind: "loaded"; readonly loaded: LoadedModel }
  | { readonly kind: "detected"; readonly detections: readonly Detection[] }
  | { readonly kind: "trained"; readonly trained: WebTrained }
  | { readonly kind: "estimated"; readonly seconds: number }
  | { readonly kind: "failed"; readonly error: PlainError };

/** What it tells before. */
export type WebNews =
  | { readonly kind: "progress"; readonly progress: WebTrainProgress }
  | { readonly kind: "stage"; readonly stage: string }
  | { readonly kind: "stage progress"; readonly progress: StageProgress };
