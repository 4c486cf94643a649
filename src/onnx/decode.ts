/** What can be learned of an ONNX file without running it. */
import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "onnx-buf";
import { OnnxFormatError } from "../base/errors.ts";

/** A model's own account of itself. */
export interface ModelSummary {
  /** Program that wrote it. */
  readonly producer: string;
  /** Version of ai.onnx that its operators are of; 0 if it says none. */
  readonly opset: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Number of nodes by operator type, e.g. { Conv: 31 }; those in the body of a loop count once. */
  readonly operators: Readonly<Record<string, number>>;
  /** Text stored by whoever wrote it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a model's summary.
 *
 * @param bytes - An ONNX file; it comes from outside and may be anything.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model or cut off.
 */
export function decodeModel(bytes: Uint8Array): ModelSummary {
  const { graph, producerName, metadataProps, opsetImport } = parseModel(bytes);
  const operators = new Map<string, number>();
  countOperators(graph, operators);
  const metadata = metadataProps.map(({ key, value }) => [key, value] as const);
  return {
    producer: producerName,
    opset: Number(opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0),
    inputs: graph.input.map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    operators: Object.fromEntries(operators),
    metadata: Object.fromEntries(metadata),
  };
}

function countOperators({ node }: GraphProto, counts: Map<string, number>): void {
  for (const { opType, attribute } of node) {
    counts.set(opType, (counts.get(opType) ?? 0) + 1);
    for (const { g: body } of attribute) if (body !== undefined) countOperators(body, counts);
  }
}

/** The message of a model, which has a graph. @throws {OnnxFormatError} E_ONNX as {@link decodeModel}. */
export function parseModel(bytes: Uint8Array): ModelProto & { graph: GraphProto } {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notOnnx(bytes, { cause });
  }
  const { graph } = model;
  if (graph === undefined) throw notOnnx(bytes);
  return { ...model, graph };
}

function notOnnx(bytes: Uint8Array, options?: { cause?: unknown }): OnnxFormatError {
  return new OnnxFormatError(
    `model: expected an ONNX file, got ${bytes.length} bytes that are none, or are cut off.`,
    options,
  );
}
