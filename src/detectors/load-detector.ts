/** A model file made ready to score. */

import { OnnxFormatError } from "../base/errors.ts";
import { decodeModel, type ModelSummary } from "../onnx/decode.ts"; // not index.ts: what writes models is not loaded
import { newestOpset, opsetVersion } from "../onnx/opsets.ts";
import type { Backend } from "../runtime/backend.ts";
import { type DetectorDescription, descriptionKey, detectorDescriptionSchema } from "./description.ts";
import type { Detector } from "./detector.ts";
import { checkSeal, sealKey } from "./seal.ts";
import { SessionDetector } from "./session-detector.ts";

/**
 * Loads a detector.
 *
 * @param model - Bytes of a model file.
 * @returns The detector; call `dispose` when done.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model, not one of radar-ad, or not those that were written.
 * @throws {BackendError} E_BACKEND if the runtime cannot load it.
 */
export async function loadDetector(model: Uint8Array, backend: Backend): Promise<Detector> {
  const description = await checkModel(model);
  return new SessionDetector(description, await backend.load(model));
}

/**
 * What a model file tells of itself, once its bytes are known to be those that were written.
 *
 * @throws {OnnxFormatError} E_ONNX as {@link describeModel}, and if the file was damaged or changed.
 */
export async function checkModel(model: Uint8Array): Promise<DetectorDescription> {
  const summary = decodeModel(model);
  const description = descriptionIn(summary);
  if (description.format > 1 || sealKey in summary.metadata) await checkSeal(model);
  return description;
}

/**
 * What a model file tells of itself, without loading it into a runtime.
 *
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model, or not one of radar-ad.
 */
export function describeModel(model: Uint8Array): DetectorDescription {
  return descriptionIn(decodeModel(model));
}

function descriptionIn({ metadata, producer, inputs, opset }: ModelSummary): DetectorDescription {
  const text = metadata[descriptionKey];
  if (text === undefined) {
    throw new OnnxFormatError(
      `model: expected a detector of radar-ad, got an ONNX model of ${producer || "another program"} with inputs ${inputs.join(", ") || "none"}. It has no "${descriptionKey}" metadata.`,
    );
  }
  if (opset < opsetVersion || opset > newestOpset) {
    throw new OnnxFormatError(
      `model: expected operators of ONNX opset ${opsetVersion} to ${newestOpset}, got ${opset}. It was written by another version, or changed.`,
    );
  }
  const parsed = detectorDescriptionSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OnnxFormatError(
    `model: expected the description of a detector in its metadata, got ${issue?.message ?? "another"} at ${issue?.path.join(".") || "its top"}. It was written by another version, or changed.`,
    { cause: parsed.error },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
