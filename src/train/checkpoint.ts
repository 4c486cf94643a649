/**
 * Checkpoints as safetensors: everything a training needs to go on as if it had never stopped.
 * Format: https://github.com/huggingface/safetensors (8-byte little-endian header length, JSON header, raw tensors).
 */
import { TrainingError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";

/** Arrays by name, and text by key. */
export interface Checkpoint {
  /** float32 arrays of one dimension. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** Free text, e.g. JSON of options and of the position in the data. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Header bytes a file may claim: far above any of ours, far below what would exhaust memory. */
const largestHeader = 16 * 2 ** 20;

/** Bytes of a checkpoint. */
export function encodeCheckpoint({ tensors, metadata }: Checkpoint): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, values] of Object.entries(tensors)) {
    const end = offset + values.byteLength;
    header[name] = { dtype: "F32", shape: [values.length], data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8; // the format wants the data aligned
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const values of Object.values(tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * The checkpoint in `bytes`.
 *
 * @throws {TrainingError} E_CHECKPOINT if the bytes are cut off or not such a file.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length <= Math.min(largestHeader, bytes.length - 8))) throw broken("a header within the file");
  const header = parseHeader(bytes.subarray(8, 8 + length));
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([name, entry]) => [name, decodeTensor(name, entry, bytes.subarray(8 + length))] as const,
  );
  return { tensors: Object.fromEntries(tensors), metadata: textRecord(metadata) };
}

function parseHeader(bytes: Uint8Array): { readonly [key: string]: unknown } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken("a JSON header", { cause });
  }
  if (typeof header !== "object" || header === null) throw broken("a JSON object as header");
  return { ...header };
}

function textRecord(value: unknown): Record<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([key, text]): [string, string] => [key, String(text)]));
}

function decodeTensor(name: string, entry: unknown, data: Uint8Array): Float32Array {
  const fields = typeof entry === "object" && entry !== null ? new Map(Object.entries(entry)) : new Map();
  const [shape, offsets]: unknown[] = [fields.get("shape"), fields.get("data_offsets")];
  if (fields.get("dtype") !== "F32" || !isNumbers(shape) || !isNumbers(offsets)) {
    throw broken(`an F32 tensor for ${JSON.stringify(name)}`);
  }
  const [start = 0, end = 0] = offsets;
  if (end - start !== 4 * sizeOf(shape) || start < 0 || end > data.length) {
    throw broken(`all of tensor ${JSON.stringify(name)}`);
  }
  return new Float32Array(Uint8Array.from(data.subarray(start, end)).buffer);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function broken(expected: string, options?: { cause?: unknown }): TrainingError {
  return new TrainingError(
    "E_CHECKPOINT",
    `checkpoint: expected ${expected}, got a file that is cut off or no checkpoint. Train again without \`resume\`.`,
    options,
  );
}
