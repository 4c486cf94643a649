/** A model file made ready to score. */

import { OnnxFormatError } from "../base/errors.ts";
import type { RgbImage } from "../base/raster.ts";
import { decodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { type DetectorDescription, descriptionKey, detectorDescriptionSchema } from "./description.ts";
import type { Detector } from "./detector.ts";
import { runDetector } from "./run-detector.ts";

/**
 * Loads a detector.
 *
 * @param model - Bytes of a model file.
 * @returns The detector; call `dispose` when done.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model, or not one of radar-ad.
 * @throws {BackendError} E_BACKEND if the runtime cannot load it.
 */
export async function loadDetector(model: Uint8Array, backend: Backend): Promise<Detector> {
  const description = describeModel(model);
  const session = await backend.load(model);
  return {
    description,
    detect: (images: readonly RgbImage[]) => runDetector(session, images),
    dispose: () => session.dispose(),
  };
}

/**
 * What a model file tells of itself, without loading it into a runtime.
 *
 * @throws {OnnxFormatError} E_ONNX as {@link loadDetector}.
 */
export function describeModel(model: Uint8Array): DetectorDescription {
  const { metadata, producer, inputs } = decodeModel(model);
  const text = metadata[descriptionKey];
  if (text === undefined) {
    throw new OnnxFormatError(
      `model: expected a detector made by radar train, got an ONNX model of ${producer || "another program"} with inputs ${inputs.join(", ") || "none"}. It has no "${descriptionKey}" metadata.`,
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
