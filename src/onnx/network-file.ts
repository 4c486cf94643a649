/** A model file as a network that parts can be taken out of: what its nodes are, what its constants hold. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { invariant } from "../base/check.ts";
import { makersIn, neededNodes } from "./needed-nodes.ts";

/** A node of a graph, by the names of its tensors. */
export interface NetworkNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A float32 constant. */
export interface NetworkConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model that was written by {@link encodeModel} or cut out of one. */
export class NetworkFile {
  readonly #model: ModelProto;
  readonly #graph: GraphProto;
  readonly #constants: ReadonlyMap<string, TensorProto>;

  /** @param bytes - Of a model that is known to be one of ours. */
  constructor(bytes: Uint8Array) {
    this.#model = fromBinary(ModelProtoSchema, bytes);
    const { graph } = this.#model;
    invariant(graph !== undefined, "a model without a graph");
    this.#graph = graph;
    this.#constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  /** In the order in which they run. */
  get nodes(): readonly NetworkNode[] {
    return this.#graph.node.map(({ opType, input, output }) => ({
      type: opType,
      inputs: input,
      outputs: output,
    }));
  }

  /** The float32 constant of that name; undefined if there is none. */
  constant(name: string): NetworkConstant | undefined {
    const tensor = this.#constants.get(name);
    return tensor?.dataType === TensorProto_DataType.FLOAT ? floatsOf(tensor) : undefined;
  }

  /** The int64 constant of that name; undefined if there is none. */
  integers(name: string): readonly number[] | undefined {
    const tensor = this.#constants.get(name);
    return tensor?.dataType === TensorProto_DataType.INT64 ? integersOf(tensor) : undefined;
  }

  /** The part that computes `outputs` from the tensor `input`, as a model of its own; of float32 tensors of any shape. */
  cut(input: string, outputs: readonly string[]): Uint8Array {
    const makers = makersIn(this.#graph.node);
    makers.delete(input);
    const needed = neededNodes(outputs, makers);
    const node = this.#graph.node.filter((candidate) => needed.has(candidate));
    const used = new Set(node.flatMap((one) => one.input));
    const graph = create(GraphProtoSchema, {
      name: "network",
      node,
      input: [picturesInput(input)],
      output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
      initializer: this.#graph.initializer.filter(({ name }) => used.has(name)),
    });
    const { irVersion, producerName, opsetImport } = this.#model;
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { irVersion, producerName, opsetImport, graph }),
    );
  }
}

/** Values of a float32 tensor. */
function floatsOf({ rawData, floatData, dims }: TensorProto): NetworkConstant {
  const data =
    floatData.length > 0 ? Float32Array.from(floatData) : new Float32Array(Uint8Array.from(rawData).buffer);
  return { shape: dims.map(Number), data };
}

function integersOf({ rawData, int64Data }: TensorProto): readonly number[] {
  const values = int64Data.length > 0 ? int64Data : new BigInt64Array(Uint8Array.from(rawData).buffer);
  return Array.from(values, Number);
}

function picturesInput(name: string): ValueInfoProto {
  const dim = ["N", "A", "B", "C"].map((value) => ({ value: { case: "dimParam" as const, value } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: TensorProto_DataType.FLOAT, shape: { dim } } } },
  });
}
