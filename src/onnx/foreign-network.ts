/** Networks from elsewhere: read, cut off at the tensors that are wanted, and brought to the operator set that we write. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { OnnxFormatError } from "../base/errors.ts";
import { notOnnx } from "./decode.ts";
import { foreignTrunk } from "./foreign-trunk.ts";
import { neededNodes } from "./needed-nodes.ts";
import { newestOpset, opsetImports, opsetVersion } from "./opsets.ts";
import { parseModel } from "./parse-model.ts";
import { isUpgradable, upgradeNode } from "./upgrade-node.ts";

/** Oldest and newest version of the operator set that is read: what is older broadcasts differently, what is newer is not known to us. */
const readableOpsets = { oldest: 7, newest: newestOpset } as const;

/** A network for pictures that was made elsewhere. */
export interface ForeignNetwork {
  /** Name of its input. */
  readonly input: string;
  /** Order of the input's axes: channels before or after rows and columns. */
  readonly layout: "NCHW" | "NHWC";
  /** Names of all its tensors that come from the input. */
  readonly tensors: readonly string[];
  /** Those of them that all later ones come from, in order, as far as the network convolves and can be put into a model of ours. */
  readonly trunk: readonly string[];
  /**
   * The part of the network that some tensors need, as a model of its own; its outputs have no types.
   *
   * @param outputs - Names among `tensors`.
   * @throws {OnnxFormatError} E_ONNX if that part has something that cannot be put into a model of ours.
   */
  readonly upTo: (outputs: readonly string[]) => Uint8Array;
}

/**
 * Reads a network for pictures.
 *
 * @param bytes - An ONNX file; it comes from outside and may be anything.
 * @throws {OnnxFormatError} E_ONNX if it is no ONNX model, has not exactly one input, float32 [N, 3, H, W] or [N, H, W, 3], keeps
 * its weights in another file, is of an operator set older than 7 or newer than 22, or is not in order.
 */
export function readNetwork(bytes: Uint8Array): ForeignNetwork {
  const model = parseModel(bytes, "network");
  const { graph } = model;
  if (graph.node.length === 0) throw notOnnx("network", bytes);
  const version = readableVersion(model);
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const input = onlyInput(graph, weights);
  checkWeights(graph);
  const makers = makersOf(graph, [input.name, ...weights.keys()]);
  const trunk = foreignTrunk(graph, {
    input: input.name,
    isReadable: (node) => isUpgradable(node, version),
  });
  return {
    input: input.name,
    layout: layoutOf(input),
    tensors: trunk.tensors,
    trunk: trunk.cuts,
    upTo: (outputs) => {
      const needed = neededNodes(outputs, makers);
      const added: TensorProto[] = [];
      const node = graph.node
        .filter((candidate) => needed.has(candidate))
        .map((candidate) => upgradeNode(candidate, { version, addConstant: (tensor) => added.push(tensor) }));
      const used = new Set(node.flatMap((one) => one.input));
      const part = create(GraphProtoSchema, {
        name: "network",
        node,
        input: [pictureInput(input.name)],
        output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
        initializer: [...graph.initializer.filter(({ name }) => used.has(name)), ...added],
      });
      return toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: 8n,
          producerName: "radar-ad",
          opsetImport: opsetImports(Math.max(version, opsetVersion)),
          graph: part,
        }),
      );
    },
  };
}

function readableVersion({ opsetImport }: ModelProto): number {
  const { oldest, newest } = readableOpsets;
  const own = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  const version = Number(own?.version ?? 0);
  if (version >= oldest && version <= newest) return version;
  throw new OnnxFormatError(
    `network: expected operators of ONNX opset ${oldest} to ${newest}, got ${version}. Export it again with opset 18.`,
  );
}

function onlyInput(graph: GraphProto, weights: ReadonlyMap<string, TensorProto>): ValueInfoProto {
  const inputs = graph.input.filter(({ name }) => !weights.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(", ");
    throw new OnnxFormatError(
      `network: expected one input, a picture, got ${inputs.length}${names && `: ${names}`}.`,
    );
  }
  const type = input.type?.value;
  const elementType = type?.case === "tensorType" ? type.value.elemType : undefined;
  if (elementType !== TensorProto_DataType.FLOAT) {
    const got = elementType === undefined ? "no tensor" : (TensorProto_DataType[elementType] ?? elementType);
    throw new OnnxFormatError(
      `network: expected the input ${input.name} to be float32, got ${got}. Export the float32 network.`,
    );
  }
  return input;
}

function layoutOf(input: ValueInfoProto): ForeignNetwork["layout"] {
  const type = input.type?.value;
  const dims = type?.case === "tensorType" ? type.value.shape?.dim : undefined;
  const extents = dims?.map(({ value }) => (value.case === "dimValue" ? Number(value.value) : undefined));
  const is3 = (axis: number) => extents?.[axis] === 3;
  if (extents === undefined || (extents.length === 4 && (is3(1) || extents[1] === undefined) && !is3(3))) {
    return "NCHW";
  }
  if (extents.length === 4 && is3(3)) return is3(1) ? "NCHW" : "NHWC";
  const shape = extents.map((extent) => extent ?? "?").join(", ");
  throw new OnnxFormatError(
    `network: expected the input ${input.name} to be colour pictures, [N, 3, H, W] or [N, H, W, 3], got [${shape}].`,
  );
}

function checkWeights({ initializer, sparseInitializer, node }: GraphProto): void {
  const constants = node.flatMap(({ attribute }) =>
    attribute.flatMap(({ t }) => (t === undefined ? [] : [t])),
  );
  const outside = [...initializer, ...constants].find(
    ({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  if (outside !== undefined) {
    throw new OnnxFormatError(
      `network: expected all weights in the file itself, got ${outside.name || "a constant"} in another file. Export it with external_data=False.`,
    );
  }
  if (sparseInitializer.length > 0) {
    throw new OnnxFormatError("network: expected dense weights, got sparse ones. Export it without them.");
  }
}

/** The node behind every tensor that one computes. @throws {OnnxFormatError} E_ONNX if a name is taken twice, or used before it is computed. */
function makersOf(graph: GraphProto, given: readonly string[]): ReadonlyMap<string, NodeProto> {
  const known = new Set(given);
  const makers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    const early = node.input.find((name) => name !== "" && !known.has(name));
    const twice = node.output.find((name) => name !== "" && known.has(name));
    if (early !== undefined || twice !== undefined) {
      const what = early === undefined ? `${twice} computed twice` : `${early} used before it is computed`;
      throw new OnnxFormatError(
        `network: expected nodes in the order in which they run, got ${what}. The file is damaged.`,
      );
    }
    for (const name of node.output) {
      if (name === "") continue;
      known.add(name);
      makers.set(name, node);
    }
  }
  return makers;
}

/** Of any size: what the file says of it need not hold for the part that is kept. */
function pictureInput(name: string): ValueInfoProto {
  const dim = ["N", "A", "B", "C"].map((value) => ({ value: { case: "dimParam" as const, value } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: TensorProto_DataType.FLOAT, shape: { dim } } } },
  });
}
