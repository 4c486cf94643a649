/** Answers of the Open Inference Protocol, version 2: JSON, and raw bytes after it. */
import { type InferHead, isBinary, type OutputTensor, valuesOf } from "./inference-protocol.ts";
import type { ScoredPicture } from "./scorer.ts";

/** What an answer is made of. */
export interface InferAnswer {
  readonly request: InferHead;
  readonly tensors: readonly OutputTensor[];
  readonly model: string;
  readonly version: string;
}

/** An answer's body. */
export interface InferAnswerBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the JSON where others follow; null where it is all. */
  readonly jsonLength: number | null;
}

/** Bytes of the tensors that an answer has as text. */
export function textBytes({ request, tensors }: InferAnswer): number {
  const asText = tensors.filter(({ name }) => !isBinary(request, name));
  return asText.reduce((total, { bytes }) => total + bytes.length, 0);
}

/** The tensors that are in the order of the protocol's metadata. */
export function tensorsOf(scored: readonly ScoredPicture[]): OutputTensor[] {
  const count = scored.length;
  const floats = (values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
    return new Uint8Array(view.buffer);
  };
  const [first] = scored;
  const { width = 0, height = 0 } = first?.map ?? {};
  const maps = Buffer.concat(scored.map(({ map }) => map?.data ?? new Uint8Array()));
  return [
    { name: "anomaly_map", datatype: "FP32", shape: [count, 1, height, width], bytes: maps },
    {
      name: "anomaly_score",
      datatype: "FP32",
      shape: [count],
      bytes: floats(scored.map(({ anomalyScore }) => anomalyScore)),
    },
    { name: "p_value", datatype: "FP32", shape: [count], bytes: floats(scored.map(({ pValue }) => pValue)) },
    {
      name: "is_anomalous",
      datatype: "BOOL",
      shape: [count],
      bytes: Uint8Array.from(scored, ({ isAnomalous }) => (isAnomalous ? 1 : 0)),
    },
  ];
}

/** Writes an answer. */
export function encodeAnswer({ request, tensors, model, version }: InferAnswer): InferAnswerBody {
  const parts = tensors.map((tensor) => ({ tensor, binary: isBinary(request, tensor.name) }));
  const outputs = parts.map(({ tensor, binary }) => {
    const { name, datatype, shape, bytes } = tensor;
    if (binary) return { name, datatype, shape, parameters: { binary_data_size: bytes.length } };
    return { name, datatype, shape, data: valuesOf(tensor) };
  });
  const { id } = request;
  const text = JSON.stringify({
    model_name: model,
    model_version: version,
    ...(id !== undefined && { id }),
    outputs,
  });
  const json = new TextEncoder().encode(text);
  const raw = parts.filter(({ binary }) => binary).map(({ tensor }) => tensor.bytes);
  if (raw.length === 0) return { bytes: json, jsonLength: null };
  const bytes = new Uint8Array(raw.reduce((total, { length }) => total + length, json.length));
  bytes.set(json);
  let at = json.length;
  for (const part of raw) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, jsonLength: json.length };
}
