/** An ONNX file as the messages of its format. */
import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "onnx-buf";
import { notOnnx } from "./decode.ts";

/**
 * The message of a model, which has a graph.
 *
 * @param what - What the bytes are taken for, in messages.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model or cut off.
 */
export function parseModel(
  bytes: Uint8Array,
  what: "model" | "network" = "model",
): ModelProto & { graph: GraphProto } {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notOnnx(what, bytes, cause);
  }
  const { graph } = model;
  if (graph === undefined) throw notOnnx(what, bytes);
  return { ...model, graph };
}
