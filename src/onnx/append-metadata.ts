/** One more entry of metadata for a model that is bytes already. */
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";

/**
 * A model with an entry added to its `metadata_props`, behind all bytes that were there: protobuf messages that follow each
 * other are one message.
 *
 * @param model - Bytes of a ModelProto.
 * @see https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function appendMetadata(model: Uint8Array, key: string, value: string): Uint8Array {
  const entry = toBinary(ModelProtoSchema, create(ModelProtoSchema, { metadataProps: [{ key, value }] }));
  const longer = new Uint8Array(model.length + entry.length);
  longer.set(model);
  longer.set(entry, model.length);
  return longer;
}
