/** Nodes of older operator sets in the form of opset 18, and refusals of those that have no such form. */
import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from "onnx-buf";
import { OnnxFormatError } from "../base/errors.ts";

/** What upgrading a node needs. */
export interface UpgradeContext {
  /** Version of ai.onnx that the node is of. */
  readonly version: number;
  /** Takes a constant that the upgraded node reads. */
  readonly addConstant: (tensor: TensorProto) => void;
}

const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"];

/** Attributes that later became inputs, in the inputs' order from the second on. */
const movedAttributes: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...reductions.map((name): [string, string[]] => [`Reduce${name}`, ["axes"]]),
  ["Squeeze", ["axes"]],
  ["Unsqueeze", ["axes"]],
  ["Split", ["split"]],
  ["Pad", ["pads", "value"]],
  ["Clip", ["min", "max"]],
  ["Slice", ["starts", "ends", "axes"]],
]);

/** Flattened what they now leave as it is. */
const flattening: ReadonlySet<string> = new Set(["Softmax", "LogSoftmax", "Hardmax"]);

/**
 * A node as opset 18 has it; one of a newer set as it is.
 *
 * @throws {OnnxFormatError} E_ONNX if it has a graph inside, is an operator that is neither ONNX's nor ONNX Runtime's, is to be trained, or
 * meant something that opset 18 cannot say.
 */
export function upgradeNode(node: NodeProto, { version, addConstant }: UpgradeContext): NodeProto {
  const refused = refusalOf(node, version);
  if (refused !== undefined) throw refused;
  const attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  const { opType } = node;
  const domain = node.domain === "ai.onnx" ? "" : node.domain;
  if (domain !== "") return copy(node, { domain });
  if (opType === "Dropout")
    return copy(node, { opType: "Identity", input: node.input.slice(0, 1), attribute: [] });
  if (opType === "BatchNormalization") {
    const attribute = node.attribute.filter(({ name }) => name === "epsilon");
    return copy(node, { attribute });
  }
  if (opType === "Split" && version < 18 && !attributes.has("split") && node.input.length < 2) {
    const count = create(AttributeProtoSchema, {
      name: "num_outputs",
      type: AttributeProto_AttributeType.INT,
      i: BigInt(node.output.length),
    });
    return copy(node, { attribute: [...node.attribute, count] });
  }
  const moved = (movedAttributes.get(opType) ?? []).map((name) => attributes.get(name));
  if (moved.every((attribute) => attribute === undefined)) return copy(node, {});
  const inputs = moved.map((attribute) => {
    if (attribute === undefined) return "";
    const tensor = constantOf(attribute, `${node.output[0] ?? ""}:${attribute.name}`);
    addConstant(tensor);
    return tensor.name;
  });
  while (inputs.at(-1) === "") inputs.pop();
  return copy(node, {
    input: [...node.input.slice(0, 1), ...inputs],
    attribute: node.attribute.filter((attribute) => !moved.includes(attribute)),
  });
}

/** Whether {@link upgradeNode} takes a node. @param version - Of ai.onnx that the node is of. */
export function isUpgradable(node: NodeProto, version: number): boolean {
  return refusalOf(node, version) === undefined;
}

function refusalOf(node: NodeProto, version: number): OnnxFormatError | undefined {
  const { opType, domain } = node;
  const number = (name: string) => node.attribute.find((attribute) => attribute.name === name)?.i;
  const isOurs = domain === "" || domain === "ai.onnx" || domain === "com.microsoft";
  if (!isOurs)
    return refusal(node, "an operator of ONNX or ONNX Runtime", `one of ${domain}`, "Export it without.");
  if (node.attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0)) {
    return refusal(node, "no graph inside a node", "one", "Export it without control flow.");
  }
  if (opType === "BatchNormalization" && (number("training_mode") === 1n || number("spatial") === 0n)) {
    return refusal(
      node,
      "normalisation with fixed statistics for each channel",
      "another",
      "Export it for inference (eval).",
    );
  }
  const hasChanged =
    opType === "Upsample" ||
    (opType === "Resize" && version < 11) ||
    (flattening.has(opType) && version < 13 && number("axis") !== -1n);
  if (hasChanged) {
    return refusal(
      node,
      "an operator that means the same in opset 18",
      `that of opset ${version}`,
      "Export it again with opset 18.",
    );
  }
  return undefined;
}

function refusal(node: NodeProto, expected: string, got: string, remedy: string): OnnxFormatError {
  return new OnnxFormatError(
    `network: expected node ${node.name || node.output[0]} (${node.opType}) to be ${expected}, got ${got}. ${remedy}`,
  );
}

/** A copy with some fields replaced. Outputs after the first are statistics of training or masks that nobody reads. */
function copy(
  { name, opType, domain, input, output, attribute }: NodeProto,
  changed: Partial<Pick<NodeProto, "opType" | "domain" | "input" | "attribute">>,
): NodeProto {
  const isSingle = opType === "BatchNormalization" || opType === "Dropout";
  return create(NodeProtoSchema, {
    name,
    opType,
    domain: domain === "ai.onnx" ? "" : domain,
    input: [...input],
    output: isSingle ? output.slice(0, 1) : [...output],
    attribute: [...attribute],
    ...changed,
  });
}

function constantOf({ type, f, ints }: AttributeProto, name: string): TensorProto {
  return type === AttributeProto_AttributeType.FLOAT
    ? create(TensorProtoSchema, { name, dataType: TensorProto_DataType.FLOAT, floatData: [f] })
    : create(TensorProtoSchema, {
        name,
        dataType: TensorProto_DataType.INT64,
        dims: [BigInt(ints.length)],
        int64Data: [...ints],
      });
}
