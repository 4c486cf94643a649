/**
 * A network whose convolutions count in eight bits: QuantizeLinear and DequantizeLinear around each, which ONNX Runtime makes one
 * QLinearConv of.
 *
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema, type NodeProto, NodeProtoSchema } from "onnx-buf";
import { invariant } from "../base/check.ts";
import { makersIn, neededNodes } from "./needed-nodes.ts";
import type { NetworkConstant } from "./network-file.ts";
import { QuantizedTensors, quantizedBias, quantizedWeight } from "./quantized-tensors.ts";

/** Fewest channels in and out of a convolution that is worth it: of fewer, converting costs more than is won (ours). */
const leastChannels = 8;

/** A convolution that can be computed in eight bits, by the names of its tensors. */
export interface QuantizableConvolution {
  /** What it reads. */
  readonly input: string;
  /** float32 [O, C, ...]: a constant, or computed of constants alone. */
  readonly weight: string;
  /** float32 [O], likewise. */
  readonly bias?: string;
  /** What it gives; after a ReLU that nothing else comes before, for rounding to bytes clips just so. */
  readonly output: string;
  /** Whether that is after a ReLU. */
  readonly isClipped: boolean;
}

/** What is known of a network's tensors. */
export interface TensorFacts {
  /** Smallest and largest value that was seen, of every {@link QuantizableConvolution}'s input and output. */
  readonly ranges: ReadonlyMap<string, readonly [least: number, most: number]>;
  /** Values of every weight and bias. */
  readonly constants: ReadonlyMap<string, NetworkConstant>;
}

/** A network in eight bits. */
export interface QuantizedNetwork {
  readonly network: Uint8Array;
  /** Convolutions that are; 0 where there was none to make so. */
  readonly convolutions: number;
}

/**
 * The convolutions of a network that can be computed in eight bits: not those by groups, or whose weights depend on the picture.
 *
 * @param network - Bytes of a model of one input.
 */
export function quantizableConvolutions(network: Uint8Array): QuantizableConvolution[] {
  return convolutionsOf(graphOf(network)).map(({ convolution }) => convolution);
}

/**
 * The network with its convolutions in eight bits: activations as bytes over the range that was seen, weights as signed integers of
 * seven bits for each channel, so that no processor's products overflow, bias in 32 bits. Convolutions of few channels stay as they are.
 *
 * @param network - Bytes of a model of one input.
 */
export function quantizeNetwork(network: Uint8Array, { ranges, constants }: TensorFacts): QuantizedNetwork {
  const model = fromBinary(ModelProtoSchema, network);
  const { graph } = model;
  invariant(graph !== undefined, "a network without a graph");
  const constantOf = (name: string): NetworkConstant => {
    const value = constants.get(name);
    invariant(value !== undefined, `no values of ${name}`);
    return value;
  };
  const found = new Map(
    convolutionsOf(graph)
      .filter(({ convolution: { weight } }) => !isNarrow(constantOf(weight)))
      .map(({ node, convolution }) => [node, convolution]),
  );
  const all = [...found.values()];
  const clipped = new Set(all.filter(({ isClipped }) => isClipped).map(({ output }) => output));
  const tensors = new QuantizedTensors(graph);
  const rangeOf = (name: string) => ranges.get(name) ?? [0, 0];
  const nodes = graph.node.flatMap((node): NodeProto[] => {
    const convolution = found.get(node);
    if (convolution === undefined) return clipped.has(node.output[0] ?? "") ? [] : [node];
    const { input, output } = convolution;
    const bytes = tensors.bytesOf(input, rangeOf(input));
    const bias = convolution.bias === undefined ? undefined : constantOf(convolution.bias).data;
    const weight = quantizedWeight(constantOf(convolution.weight), { bias, inputScale: bytes.scale });
    const operands = [bytes.restored, tensors.weight(weight)];
    if (bias !== undefined) operands.push(tensors.bias(quantizedBias(bias, weight, bytes.scale)));
    const result = tensors.fresh();
    const computed = create(NodeProtoSchema, { ...node, input: operands, output: [result] });
    return [...tensors.taken(), computed, ...tensors.toBytes(result, output, rangeOf(output))];
  });
  const makers = makersIn(nodes);
  const needed = neededNodes(
    graph.output.map(({ name }) => name),
    makers,
  );
  graph.node = nodes.filter((node) => needed.has(node));
  const used = new Set(graph.node.flatMap(({ input }) => input));
  graph.initializer = [...graph.initializer, ...tensors.constants].filter(({ name }) => used.has(name));
  return { network: toBinary(ModelProtoSchema, model), convolutions: found.size };
}

function graphOf(network: Uint8Array): GraphProto {
  const { graph } = fromBinary(ModelProtoSchema, network);
  invariant(graph !== undefined, "a network without a graph");
  return graph;
}

function convolutionsOf(graph: GraphProto): { node: NodeProto; convolution: QuantizableConvolution }[] {
  const fixed = fixedTensors(graph);
  const readers = new Map<string, NodeProto[]>();
  for (const node of graph.node) {
    for (const name of node.input) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const outputs = new Set(graph.output.map(({ name }) => name));
  return graph.node.flatMap((node) => {
    const [input = "", weight = "", bias] = node.input;
    const [result = ""] = node.output;
    const isFixed = fixed.has(weight) && (bias === undefined || fixed.has(bias)) && !fixed.has(input);
    if (node.opType !== "Conv" || !isFixed || groupsOf(node) !== 1) return [];
    const [reader, ...others] = readers.get(result) ?? [];
    const isClipped = reader?.opType === "Relu" && others.length === 0 && !outputs.has(result);
    const output = isClipped ? (reader.output[0] ?? result) : result;
    return [{ node, convolution: { input, weight, output, isClipped, ...(bias && { bias }) } }];
  });
}

/** Names of constants and of what is computed of constants alone. */
function fixedTensors({ initializer, node }: GraphProto): ReadonlySet<string> {
  const fixed = new Set(["", ...initializer.map(({ name }) => name)]);
  for (const { input, output } of node) {
    if (input.every((name) => fixed.has(name))) for (const name of output) fixed.add(name);
  }
  return fixed;
}

function isNarrow({ shape }: NetworkConstant): boolean {
  return shape.slice(0, 2).some((channels) => channels < leastChannels);
}

function groupsOf({ attribute }: NodeProto): number {
  return Number(attribute.find(({ name }) => name === "group")?.i ?? 1n);
}
