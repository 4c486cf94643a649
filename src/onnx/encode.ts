/**
 * A graph as ONNX bytes. Messages: onnx.proto of ONNX 1.20 through onnx-buf; IR version 8, opset 18, ai.onnx.ml 3,
 * com.microsoft 1 - what ONNX Runtime has read since 1.14.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
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
import type { DType } from "../base/shape.ts";
import type { AttributeValue, Graph, Tensor } from "../graph/index.ts";
import { lowerGraph } from "../graph/index.ts";
import type { AttributeKind } from "../graph/op.ts";

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
  const names = new Names(lowered);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "radar-ad",
    opsetImport: opsets.map((opset) => ({ ...opset })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: lowered.name,
      input: lowered.inputs.map((tensor) => valueInfo(names.of(tensor), tensor)),
      output: lowered.outputs.map(({ name, tensor }) => valueInfo(name, tensor)),
      initializer: lowered.constants.map((leaf) => encodeTensor(names.ofLeaf(leaf), leaf.value)),
      node: [...encodeNodes(lowered, names), ...encodeAliases(lowered, names)],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** The name of every tensor: inputs and outputs as the caller named them, the rest numbered. */
class Names {
  readonly #names = new Map<unknown, string[]>();
  readonly #taken = new Set<string>();
  #next = 0;

  constructor(graph: Graph) {
    for (const tensor of graph.inputs) {
      if (tensor.producer.kind !== "input") continue;
      this.#names.set(tensor.producer, [tensor.producer.name]);
      this.#taken.add(tensor.producer.name);
    }
    for (const { name, tensor } of graph.outputs) {
      this.#taken.add(name);
      const own = this.#list(tensor);
      if (tensor.producer.kind === "node") own[tensor.index] ??= name;
    }
  }

  of(tensor: Tensor): string {
    const own = this.#list(tensor);
    const name = own[tensor.index] ?? this.#fresh("t");
    own[tensor.index] = name;
    return name;
  }

  ofLeaf(leaf: Tensor["producer"]): string {
    const own = this.#names.get(leaf) ?? [];
    own[0] ??= this.#fresh("c");
    this.#names.set(leaf, own);
    return own[0];
  }

  #fresh(prefix: string): string {
    for (;;) {
      const name = `${prefix}${this.#next++}`;
      if (!this.#taken.has(name)) return name;
    }
  }

  #list(tensor: Tensor): string[] {
    const own = this.#names.get(tensor.producer) ?? [];
    this.#names.set(tensor.producer, own);
    return own;
  }
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
        return value === undefined ? [] : [encodeAttribute(name, kind, value)];
      }),
    }),
  );
}

/** An output that is an input, a constant or another output needs a node of its own. */
function encodeAliases(graph: Graph, names: Names): NodeProto[] {
  return graph.outputs.flatMap(({ name, tensor }) =>
    names.of(tensor) === name && tensor.producer.kind === "node"
      ? []
      : [
          create(NodeProtoSchema, {
            name: `Identity_${name}`,
            opType: "Identity",
            input: [names.of(tensor)],
            output: [name],
          }),
        ],
  );
}

function encodeAttribute(name: string, kind: AttributeKind, value: AttributeValue): AttributeProto {
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
  }
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
