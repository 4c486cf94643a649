/**
 * A graph as ONNX bytes. Messages: onnx.proto of ONNX 1.20 through onnx-buf; IR version 8, opset 18, ai.onnx.ml 3,
 * com.microsoft 1 - what ONNX Runtime has read since 1.14.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import type { DType } from "../base/shape.ts";
import { isGraph } from "../graph/graph.ts";
import { type AttributeValue, type Graph, lowerGraph, type Tensor } from "../graph/index.ts";
import type { AttributeKind } from "../graph/op.ts";
import { Names } from "./names.ts";

const dataTypes: Readonly<Record<DType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  uint8: TensorProto_DataType.UINT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

const opsets: readonly { domain: string; version: bigint }[] = [
  { domain: "", version: 18n },
  { domain: "ai.onnx.ml", version: 3n },
  { domain: "com.microsoft", version: 1n },
];

/**
 * Encodes a graph.
 *
 * @param metadata - Text stored in the model's `metadata_props`.
 * @returns Bytes of a ModelProto that ONNX Runtime loads.
 */
export function encodeModel(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const lowered = lowerGraph(graph);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "radar-ad",
    opsetImport: opsets.map((opset) => ({ ...opset })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: encodeGraph(lowered, new Names(lowered)),
  });
  return toBinary(ModelProtoSchema, model);
}

function encodeGraph(graph: Graph, names: Names): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    input: graph.inputs.map((tensor) => valueInfo(names.of(tensor), tensor)),
    output: graph.outputs.map(({ tensor }, i) => valueInfo(names.ofOutput(i), tensor)),
    initializer: graph.constants.map((leaf) => encodeTensor(names.ofLeaf(leaf), leaf.value)),
    node: [...encodeNodes(graph, names), ...encodeAliases(graph, names)],
  });
}

function encodeNodes(graph: Graph, names: Names): NodeProto[] {
  return graph.nodes.map((node, i) =>
    create(NodeProtoSchema, {
      name: `${node.op.type}_${i}`,
      opType: node.op.type,
      domain: node.op.domain ?? "",
      input: node.inputs.map((tensor) => (tensor === undefined ? "" : names.of(tensor))),
      output: node.outputs.map((tensor) => names.of(tensor)),
      attribute: Object.entries(node.op.attributes).flatMap(([name, kind]) => {
        const value = node.attributes[name];
        return value === undefined ? [] : [encodeAttribute(name, kind, value, names)];
      }),
    }),
  );
}

/** An output that is an input, a constant or another output needs a node of its own. */
function encodeAliases(graph: Graph, names: Names): NodeProto[] {
  return graph.outputs.flatMap(({ tensor }, i) => {
    const name = names.ofOutput(i);
    if (names.of(tensor) === name && tensor.producer.kind === "node") return [];
    const alias = { name: `Identity_${name}`, opType: "Identity", input: [names.of(tensor)], output: [name] };
    return [create(NodeProtoSchema, alias)];
  });
}

function encodeAttribute(
  name: string,
  kind: AttributeKind,
  value: AttributeValue,
  names: Names,
): AttributeProto {
  const list = Array.isArray(value) ? value : [value];
  switch (kind) {
    case "int":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.INT,
        i: BigInt(Number(value)),
      });
    case "float":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.FLOAT,
        f: Number(value),
      });
    case "string":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.STRING,
        s: utf8(String(value)),
      });
    case "ints":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.INTS,
        ints: list.map((v) => BigInt(v)),
      });
    case "floats":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.FLOATS,
        floats: list.map(Number),
      });
    case "strings":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.STRINGS,
        strings: list.map((v) => utf8(String(v))),
      });
    case "graph":
      return create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.GRAPH,
        g: encodeBody(value, names),
      });
  }
}

function encodeBody(value: AttributeValue, names: Names): GraphProto {
  invariant(isGraph(value), "an attribute that is no graph");
  return encodeGraph(value, names.within(value));
}

function encodeTensor(name: string, value: NdArray): TensorProto {
  const { buffer, byteOffset, byteLength } = value.data;
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[value.dtype],
    dims: value.shape.map((dim) => BigInt(dim)),
    rawData: new Uint8Array(buffer, byteOffset, byteLength).slice(),
  });
}

function valueInfo(name: string, { dtype, shape }: Tensor): ValueInfoProto {
  const dim = shape.map((extent) =>
    typeof extent === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(extent) } }
      : { value: { case: "dimParam" as const, value: extent } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: dataTypes[dtype], shape: { dim } } } },
  });
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
