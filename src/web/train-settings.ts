/** A training in a page: what is asked for, told and given. */
import type { DetectorDescription } from "../detectors/index.ts";
import type { MethodName, PresetName } from "../methods/index.ts";
import type { WebDevice } from "../runtime/web.ts";
import type { TrainingLength } from "../train/index.ts";

/** What may be asked for; everything has a default. */
export interface WebTrainSettings {
  /** Name of the detector. Default "parts". */
  readonly name?: string | undefined;
  /** Default "radar". */
  readonly method?: MethodName | undefined;
  /** Default "fast": a page has less to compute with. */
  readonly preset?: PresetName | undefined;
  /** Largest side in pixels that pictures are resized to. Default: the preset's. */
  readonly imageSize?: number | undefined;
  /** How long to train. Default: the preset's number of steps. */
  readonly length?: TrainingLength | undefined;
  /** Pictures a step. Default: the preset's. */
  readonly batchSize?: number | undefined;
  /** Rate of false alarms to calibrate for. Default "auto". */
  readonly falseAlarmRate?: number | "auto" | undefined;
  /** Seed of everything random. Default 0. */
  readonly seed?: number | undefined;
}

/** How far a training is. */
export interface WebTrainProgress {
  /** Steps made so far, from 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** Loss of this step. */
  readonly loss: number;
  /** Seconds since the first step. */
  readonly seconds: number;
}

/** A detector that was trained in a page. */
export interface WebTrained {
  /** Bytes of the model file, the same kind that `radar train` writes. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Pictures that the threshold was set with, by their places among those given; highest score first. */
  readonly heldOut: readonly { readonly index: number; readonly anomalyScore: number }[];
  /** Pictures that could not be read, by their places, with the reason. */
  readonly skipped: readonly { readonly index: number; readonly reason: string }[];
  /** Where it was trained. */
  readonly device: WebDevice;
  /** Why not on WebGPU, where that was tried; null where it was, or was not to be. */
  readonly fallback: string | null;
  readonly seconds: number;
}
