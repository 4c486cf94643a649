/** Tensors in eight bits: how values become integers, and the nodes that turn one into the other. */
import { create } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from "onnx-buf";
import { Numbering } from "./names.ts";
import type { NetworkConstant } from "./network-file.ts";

/**
 * Largest weight as an integer: 7 bits. Processors without VNNI add two products of a byte and a weight in 16 bits, which 8 bits
 * would overflow: 2 · 255 · 127 > 32767.
 */
const largestWeight = 63;
const largestByte = 255;
const mostBiasSteps = 2 ** 30;

/** Values as integers: value = integer · scale of its channel. */
export interface QuantizedWeight {
  readonly shape: readonly number[];
  readonly data: Int8Array;
  /** float32 [O]. */
  readonly scales: Float32Array;
}

/** How a range of values becomes bytes: value = (byte - zero) · scale. Zero is always exact. */
export function byteScale([least, most]: readonly [number, number]): { scale: number; zero: number } {
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const scale = Math.fround((high - low) / largestByte || 1);
  return { scale, zero: Math.min(largestByte, Math.round((0 - low) / scale)) };
}

/**
 * A convolution's weight in seven bits for each output channel.
 *
 * @param options - `bias`: float32 [O], which must fit 32 bits at the scale of input times weight; `inputScale`: the input's.
 */
export function quantizedWeight(
  { shape, data }: NetworkConstant,
  { bias, inputScale }: { readonly bias: Float32Array | undefined; readonly inputScale: number },
): QuantizedWeight {
  const [channels = 1] = shape;
  const size = data.length / channels;
  const scales = new Float32Array(channels);
  const integers = new Int8Array(data.length);
  for (let o = 0; o < channels; o++) {
    const values = data.subarray(o * size, (o + 1) * size);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const forBias = Math.abs(bias?.[o] ?? 0) / (inputScale * mostBiasSteps);
    const scale = Math.fround(Math.max(largest / largestWeight, forBias) || 1);
    scales[o] = scale;
    values.forEach((value, i) => {
      integers[o * size + i] = Math.round(value / scale);
    });
  }
  return { shape, data: integers, scales };
}

/** A bias in steps of input scale times weight scale, as 32-bit integers. */
export function quantizedBias(
  bias: Float32Array,
  { scales }: QuantizedWeight,
  inputScale: number,
): { readonly data: Int32Array; readonly scales: Float32Array } {
  const steps = scales.map((scale) => scale * inputScale);
  return { data: Int32Array.from(bias, (value, o) => Math.round(value / (steps[o] ?? 1))), scales: steps };
}

/** A tensor of bytes: its name, those of its scale and zero, and what a step is. */
interface Bytes {
  readonly name: string;
  readonly scale: string;
  readonly zero: string;
  readonly step: number;
}

/** The tensors in eight bits of one graph, and the constants and nodes that they need. */
export class QuantizedTensors {
  readonly constants: TensorProto[] = [];
  readonly #numbering = new Numbering();
  readonly #bytes = new Map<string, Bytes>();
  #nodes: NodeProto[] = [];

  constructor({ node, initializer, input }: GraphProto) {
    for (const { name } of [...initializer, ...input]) this.#numbering.take(name);
    for (const { output } of node) for (const name of output) this.#numbering.take(name);
  }

  /** A name that nothing has. */
  fresh(): string {
    return this.#numbering.next("q");
  }

  /** Nodes that were made since it was asked last. */
  taken(): NodeProto[] {
    const nodes = this.#nodes;
    this.#nodes = [];
    return nodes;
  }

  /** A tensor rounded to bytes and back, for one reader; rounded once for all of them. */
  bytesOf(
    tensor: string,
    range: readonly [number, number],
  ): { readonly restored: string; readonly scale: number } {
    const bytes = this.#bytes.get(tensor) ?? this.#rounded(tensor, tensor, range);
    const restored = this.fresh();
    this.#add("DequantizeLinear", [bytes.name, bytes.scale, bytes.zero], restored);
    return { restored, scale: bytes.step };
  }

  /** Nodes that round `result` to bytes and give them back as the tensor `output`. */
  toBytes(result: string, output: string, range: readonly [number, number]): NodeProto[] {
    const { name, scale, zero } = this.#rounded(result, output, range);
    this.#add("DequantizeLinear", [name, scale, zero], output);
    return this.taken();
  }

  /** A weight in float32 again: name of the tensor. */
  weight({ shape, data, scales }: QuantizedWeight): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#restored(this.#constant(TensorProto_DataType.INT8, shape, bytes), scales, {
      dataType: TensorProto_DataType.INT8,
      width: 1,
    });
  }

  /** A bias in float32 again: name of the tensor. */
  bias({ data, scales }: { readonly data: Int32Array; readonly scales: Float32Array }): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#restored(this.#constant(TensorProto_DataType.INT32, [data.length], bytes), scales, {
      dataType: TensorProto_DataType.INT32,
      width: 4,
    });
  }

  #rounded(from: string, tensor: string, range: readonly [number, number]): Bytes {
    const { scale, zero } = byteScale(range);
    const bytes = {
      name: this.fresh(),
      scale: this.#floats(Float32Array.of(scale), []),
      zero: this.#constant(TensorProto_DataType.UINT8, [], Uint8Array.of(zero)),
      step: scale,
    };
    this.#add("QuantizeLinear", [from, bytes.scale, bytes.zero], bytes.name);
    this.#bytes.set(tensor, bytes);
    return bytes;
  }

  #restored(
    integers: string,
    scales: Float32Array,
    { dataType, width }: { readonly dataType: TensorProto_DataType; readonly width: number },
  ): string {
    const restored = this.fresh();
    const shape = [scales.length];
    const zeros = this.#constant(dataType, shape, new Uint8Array(width * scales.length));
    this.#add("DequantizeLinear", [integers, this.#floats(scales, shape), zeros], restored, 0);
    return restored;
  }

  #floats(values: Float32Array, shape: readonly number[]): string {
    return this.#constant(
      TensorProto_DataType.FLOAT,
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  }

  #constant(dataType: TensorProto_DataType, shape: readonly number[], bytes: Uint8Array): string {
    const name = this.fresh();
    const dims = shape.map((extent) => BigInt(extent));
    this.constants.push(create(TensorProtoSchema, { name, dataType, dims, rawData: Uint8Array.from(bytes) }));
    return name;
  }

  #add(opType: string, input: string[], output: string, axis?: number): void {
    const attribute =
      axis === undefined
        ? []
        : [
            create(AttributeProtoSchema, {
              name: "axis",
              type: AttributeProto_AttributeType.INT,
              i: BigInt(axis),
            }),
          ];
    this.#nodes.push(
      create(NodeProtoSchema, { name: `${opType}_${output}`, opType, input, output: [output], attribute }),
    );
  }
}
