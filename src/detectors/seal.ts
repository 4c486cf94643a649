/** The seal of a model file: the SHA-256 of all bytes before it, in the file's last bytes. */
import { OnnxFormatError } from "../base/errors.ts";
import { appendMetadata } from "../onnx/append-metadata.ts";
import { fileHash } from "./content-hash.ts";

/** Key of the seal in the model's `metadata_props`. */
export const sealKey = "radar_ad_sha256";

const sealLength = appendMetadata(new Uint8Array(), sealKey, "0".repeat(64)).length;

/** A model file with its seal; ONNX Runtime reads it as before. */
export async function sealed(model: Uint8Array): Promise<Uint8Array> {
  return appendMetadata(model, sealKey, await fileHash(model));
}

/**
 * Makes sure that a sealed model file is as it was written: a changed weight may score everything as good, without a word.
 *
 * @throws {OnnxFormatError} E_ONNX if any byte was changed, lost or added.
 */
export async function checkSeal(model: Uint8Array): Promise<void> {
  const content = model.subarray(0, Math.max(0, model.length - sealLength));
  const found = await fileHash(content);
  if (appendMetadata(new Uint8Array(), sealKey, found).every((byte, i) => byte === model[content.length + i]))
    return;
  throw new OnnxFormatError(
    `model: expected the bytes that were written, sealed with their SHA-256, got ${model.length} others (SHA-256 ${found.slice(0, 12)}...). The file was damaged or changed: copy it again from where it was trained.`,
  );
}
