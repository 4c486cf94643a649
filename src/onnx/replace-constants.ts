/** A model file with other constants in it, and otherwise the same. */
import { create, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema, type NodeProto } from "onnx-buf";
import type { NdArray } from "../base/array.ts";
import { OnnxFormatError } from "../base/errors.ts";
import { encodeTensor } from "./encode.ts";
import { parseModel } from "./parse-model.ts";

/** A constant, by the way that leads from an output of the model up to it, and what it is to be. */
export interface ConstantChange {
  /** Name of the output. */
  readonly output: string;
  /** Operators on the way, from the output on, each with the place of the input to go on to; the last one is the constant's. */
  readonly way: readonly (readonly [operator: string, input: number])[];
  readonly value: NdArray;
}

/**
 * A model with other constants and other metadata; nodes and all other constants stay as they are.
 *
 * @param model - Bytes of a ModelProto whose graph is ours.
 * @param metadata - All of it: what is not named is gone.
 * @throws {OnnxFormatError} E_ONNX if the bytes are no ONNX model, or it has no such way.
 */
export function replaceConstants(
  model: Uint8Array,
  changes: readonly ConstantChange[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const proto = parseModel(model);
  const { graph } = proto;
  for (const [i, { output, way, value }] of changes.entries()) {
    const { node, input } = follow(graph, output, way);
    node.input[input] = "";
    const used = usedNames(graph);
    graph.initializer = graph.initializer.filter((constant) => used.has(constant.name));
    const name = freshName(graph, `${output}_constant_${i}`);
    node.input[input] = name;
    graph.initializer.push(encodeTensor(name, value));
  }
  const entries = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  const { metadataProps } = create(ModelProtoSchema, { metadataProps: entries });
  return toBinary(ModelProtoSchema, { ...proto, metadataProps });
}

interface Place {
  readonly node: NodeProto;
  readonly input: number;
}

function follow(graph: GraphProto, output: string, way: ConstantChange["way"]): Place {
  let name = output;
  let place: Place | undefined;
  for (const [operator, input] of way) {
    const node = producerOf(graph, name);
    if (node?.opType !== operator) throw noWay(output, { operator, got: node?.opType });
    name = node.input[input] ?? "";
    place = { node, input };
  }
  if (place !== undefined && graph.initializer.some((constant) => constant.name === name)) return place;
  throw noWay(output, { operator: "a constant", got: producerOf(graph, name)?.opType });
}

/** The node that gives a tensor; one that hands it on as it is does not count. */
function producerOf(graph: GraphProto, name: string): NodeProto | undefined {
  const node = graph.node.find(({ output }) => output.includes(name));
  return node?.opType === "Identity" ? producerOf(graph, node.input[0] ?? "") : node;
}

function noWay(
  output: string,
  { operator, got = "none" }: { readonly operator: string; readonly got: string | undefined },
): OnnxFormatError {
  return new OnnxFormatError(
    `model: expected ${operator} before its output ${output}, got ${got}. It was written by another version.`,
  );
}

/** All names that nodes read, those in the bodies of loops too, and the outputs. */
function usedNames({ node, output }: GraphProto): Set<string> {
  const inner = node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g ? [...usedNames(g)] : [])));
  return new Set([...node.flatMap(({ input }) => input), ...inner, ...output.map(({ name }) => name)]);
}

function freshName(graph: GraphProto, wanted: string): string {
  const taken = new Set(graph.initializer.map(({ name }) => name));
  return taken.has(wanted) ? freshName(graph, `${wanted}_`) : wanted;
}
