/** Whether this machine computes what a model's maker saw. */
import { checkOptions } from "../base/check-options.ts";
import { OnnxFormatError } from "../base/errors.ts";
import { checkModel, type Golden, goldenDifference, goldenKey, goldenSchema } from "../detectors/index.ts";
import { decodeModel } from "../onnx/index.ts";
import {
  aboutFile,
  backendFor,
  type LoadDetectorOptions,
  loadChecks,
  readModelFile,
} from "./load-detector.ts";

/**
 * Largest difference that passes, as a share of the scale of scores and of maps (ours): a thousand times what ONNX Runtime's
 * native and WebAssembly kernels differ by on one machine (at most 1e-7 on six models), and far below what changes a decision.
 */
export const verifyTolerance = 1e-4;

/** What one runtime makes of a model's own picture. */
export interface RuntimeCheck {
  /** Name, version and device of the runtime. */
  readonly runtime: string;
  /** Largest differences to what the model said when it was written. */
  readonly difference: {
    /** As a share of the largest held-out score. */
    readonly score: number;
    /** Absolute. */
    readonly pValue: number;
    /** As a share of the heat map's scale. */
    readonly map: number;
  };
  /** Whether the picture is judged as it was. */
  readonly sameDecision: boolean;
  /** Whether score and map differ by no more than {@link verifyTolerance}. */
  readonly isWithinTolerance: boolean;
}

/**
 * Runs a model's self-check: the picture made by rule that it was tried on when it was written, and what it said of it.
 *
 * The decision and the p-value are steps: where the score lies on one they may differ within tolerance, so they are told
 * but not judged.
 *
 * @param model - Path of a model file.
 * @throws {FileError} E_FILE, {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND as `loadDetectorFile`; E_ONNX too if the
 * file has no self-check.
 */
export async function verifyModel(model: string, options: LoadDetectorOptions = {}): Promise<RuntimeCheck> {
  checkOptions("verify", options, loadChecks);
  const backend = backendFor(options);
  const bytes = await readModelFile(model);
  return aboutFile(model, async () => {
    const { mapMaximum, scores } = (await checkModel(bytes)).calibration;
    const golden = parseGolden(decodeModel(bytes).metadata[goldenKey]);
    const session = await backend.load(bytes);
    try {
      const { sameDecision, ...found } = await goldenDifference(session, golden);
      const difference = {
        score: found.score / largest(scores),
        pValue: found.pValue,
        map: found.map / mapMaximum,
      };
      const isWithinTolerance = difference.score <= verifyTolerance && difference.map <= verifyTolerance;
      return { runtime: backend.name, difference, sameDecision, isWithinTolerance };
    } finally {
      await session.dispose();
    }
  });
}

function parseGolden(text: string | undefined): Golden {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    value = undefined;
  }
  const parsed = goldenSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OnnxFormatError(
    `model: expected a self-check in its "${goldenKey}" metadata, got ${text === undefined ? "none" : "another text"}. It was written by another version, or changed.`,
  );
}

function largest(scores: readonly number[]): number {
  return scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0) || 1;
}
