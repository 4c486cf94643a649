/** A graph as ONNX bytes. Messages: onnx.proto of ONNX 1.20 through onnx-buf; versions: see opsets.ts. */
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
import type { Node } from "../graph/tensor.ts";
import { Names } from "./names.ts";
import { opsetImports, opsetVersion } from "./opsets.ts";
import { type GraphPart, spliceNetwork, versionOf } from "./splice-network.ts";

const dataTypes: Readonly<Record<DType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  uint8: TensorProto_DataType.UINT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

/** How a graph is encoded. */
export interface EncodeOptions {
  /** Outputs of the graph that the model computes under their names, but does not give. Default: none. */
  readonly inner?: readonly string[];
}

/**
 * Encodes a graph.
 *
 * @param metadata - Text stored in the model's `metadata_props`.
 * @returns Bytes of a ModelProto that ONNX Runtime loads.
 */
export function encodeModel(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
  { inner = [] }: EncodeOptions = {},
): Uint8Array {
  const lowered = lowerGraph(graph);
  const encoded = encodeGraph(lowered, new Names(lowered));
  encoded.output = encoded.output.filter(({ name }) => !inner.includes(name));
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "radar-ad",
    opsetImport: opsetImports(versionFor(lowered)),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: encoded,
  });
  return toBinary(ModelProtoSchema, model);
}

/** Version of ai.onnx that a graph needs, with the networks from elsewhere that it and the bodies of its loops hold. */
function versionFor({ nodes }: Graph): number {
  const versions = nodes.flatMap(({ op: { network }, attributes }) => [
    ...(network === undefined ? [] : [versionOf(network)]),
    ...Object.values(attributes).filter(isGraph).map(versionFor),
  ]);
  return Math.max(opsetVersion, ...versions);
}

function encodeGraph(graph: Graph, names: Names): GraphProto {
  const fed = graph.inputs.slice(0, graph.inputs.length - graph.captured);
  const input = fed.map((tensor) => valueInfo(names.of(tensor), tensor));
  const output = graph.outputs.map(({ tensor }, i) => valueInfo(names.ofOutput(i), tensor));
  const initializer = graph.constants.map((leaf) => encodeTensor(names.ofLeaf(leaf), leaf.value));
  const parts = graph.nodes.map((node, i) => encodeNode(node, `${node.op.type}_${i}`, names));
  return create(GraphProtoSchema, {
    name: graph.name,
    input,
    output,
    initializer: [...initializer, ...parts.flatMap((part) => part.initializers)],
    node: [...parts.flatMap((part) => part.nodes), ...encodeAliases(graph, names)],
  });
}

function encodeNode(node: Node, name: string, names: Names): GraphPart {
  const { op, attributes } = node;
  const operands = node.inputs.map((tensor) => (tensor === undefined ? "" : names.of(tensor)));
  const captured = Math.max(
    0,
    ...Object.values(attributes).map((value) => (isGraph(value) ? value.captured : 0)),
  );
  const input = operands.slice(0, operands.length - captured);
  const output = node.outputs.map((tensor) => names.of(tensor));
  if (op.network !== undefined) {
    return spliceNetwork(op.network, { input: input[0] ?? "", outputs: output, fresh: () => names.fresh() });
  }
  const encoded = create(NodeProtoSchema, {
    name,
    opType: op.type,
    domain: op.domain ?? "",
    input,
    output,
    attribute: Object.entries(op.attributes).flatMap(([key, kind]) => {
      const value = attributes[key];
      return value === undefined
        ? []
        : [encodeAttribute(key, kind, value, (body) => names.within(body, operands.slice(input.length)))];
    }),
  });
  return { nodes: [encoded], initializers: [] };
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
  within: (body: Graph) => Names,
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
        g: encodeBody(value, within),
      });
  }
}

function encodeBody(value: AttributeValue, within: (body: Graph) => Names): GraphProto {
  invariant(isGraph(value), "an attribute that is no graph");
  return encodeGraph(value, within(value));
}

/** A constant as a message. */
export function encodeTensor(name: string, value: NdArray): TensorProto {
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
