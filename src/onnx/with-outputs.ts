/** Tensors within a model, made outputs of it. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema, ValueInfoProtoSchema } from "onnx-buf";

/** The same model, which gives the named tensors besides its outputs. @param model - Bytes of a model that is known to be one of ours. */
export function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  addOutputs(proto, names);
  return toBinary(ModelProtoSchema, proto);
}

/** The same as {@link withOutputs}, of one tensor; null if the model computes none of that name. */
export function withInner(model: Uint8Array, name: string): Uint8Array | null {
  const proto = fromBinary(ModelProtoSchema, model);
  if (!proto.graph?.node.some(({ output }) => output.includes(name))) return null;
  addOutputs(proto, [name]);
  return toBinary(ModelProtoSchema, proto);
}

function addOutputs({ graph }: ModelProto, names: readonly string[]): void {
  const there = new Set(graph?.output.map(({ name }) => name));
  for (const name of new Set(names)) {
    if (!there.has(name)) graph?.output.push(create(ValueInfoProtoSchema, { name }));
  }
}
