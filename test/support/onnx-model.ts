/** ONNX models written by hand, in the forms that other programs write. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";

/** Value of an attribute: whole numbers are ints, `{ float }` a float, text a string. */
export type HandAttribute = number | readonly number[] | string | { readonly float: number };

/** A node in few words. */
export interface HandNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, HandAttribute>>;
  readonly domain?: string;
}

/** A model in few words. */
export interface HandModel {
  readonly opset?: number;
  readonly nodes: readonly HandNode[];
  readonly weights?: readonly TensorProto[];
  /** Shape of the input `x`; text for what is known at run time only. Default [N, 3, H, W]. */
  readonly input?: readonly (number | string)[];
  readonly inputType?: TensorProto_DataType;
  readonly outputs: readonly string[];
}

/** A float32 weight. */
export function floats(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    floatData: [...values],
  });
}

/** An int64 weight of one dimension. */
export function int64s(name: string, values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map(BigInt),
  });
}

/** Its bytes; the outputs have no types, as ONNX Runtime allows. */
export function handModel(model: HandModel): Uint8Array {
  const { opset = 18, nodes, weights = [], outputs } = model;
  const { input = ["N", 3, "H", "W"], inputType = TensorProto_DataType.FLOAT } = model;
  const dim = input.map((extent) =>
    typeof extent === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(extent) } }
      : { value: { case: "dimParam" as const, value: extent } },
  );
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [
        { domain: "", version: BigInt(opset) },
        { domain: "com.microsoft", version: 1n },
      ],
      graph: {
        name: "by hand",
        node: nodes.map(({ op, inputs, outputs: made, attributes = {}, domain = "" }) =>
          create(NodeProtoSchema, {
            opType: op,
            domain,
            input: [...inputs],
            output: [...made],
            attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
          }),
        ),
        input: [
          {
            name: "x",
            type: { value: { case: "tensorType", value: { elemType: inputType, shape: { dim } } } },
          },
        ],
        output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
        initializer: [...weights],
      },
    }),
  );
}

function attributeOf(name: string, value: HandAttribute): AttributeProto {
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === "string") {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
  }
  if ("float" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: value.map(BigInt),
  });
}
