import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { floats, handModel } from "../../test/support/onnx-model.ts";
import { floatValues } from "../base/array.ts";
import { Random } from "../base/random.ts";
import { nodeBackend } from "../runtime/node.ts";
import { decodeModel } from "./decode.ts";
import type { NetworkConstant } from "./network-file.ts";
import { quantizableConvolutions, quantizeNetwork } from "./quantize.ts";
import { byteScale, quantizedBias, quantizedWeight } from "./quantized-tensors.ts";
import { withOutputs } from "./with-outputs.ts";

const channels = 8;
const random = new Random(1);
const values = (count: number) => Array.from(random.normals(count));
const weight = (name: string, outputs = channels, inputs = channels) =>
  floats(name, [outputs, inputs, 3, 3], values(outputs * inputs * 9));
const convolution = (x: string, w: string, y: string, bias?: string) => ({
  op: "Conv",
  inputs: bias === undefined ? [x, w] : [x, w, bias],
  outputs: [y],
  attributes: { pads: [1, 1, 1, 1] },
});
/** Two convolutions in a row, the first under a ReLU, and what must stay: one of three channels, one whose weights are not fixed. */
const network = handModel({
  nodes: [
    convolution("x", "stem", "a"),
    convolution("a", "first", "b", "bias"),
    { op: "Relu", inputs: ["b"], outputs: ["c"] },
    { op: "Mul", inputs: ["second", "two"], outputs: ["doubled"] },
    convolution("c", "doubled", "d"),
    { op: "GlobalAveragePool", inputs: ["d"], outputs: ["mean"] },
    { op: "Mul", inputs: ["mean", "second"], outputs: ["moving"] },
    { op: "Conv", inputs: ["d", "moving"], outputs: ["y"] },
  ],
  weights: [
    weight("stem", channels, 3),
    weight("first"),
    floats("bias", [channels], values(channels)),
    floats("second", [channels, channels, 1, 1], values(channels * channels)),
    floats("two", [], [2]),
  ],
  outputs: ["y", "d"],
}).slice();
const side = 6;
const x = { dtype: "float32" as const, shape: [1, 3, side, side], data: random.normals(3 * side * side) };
const folder = mkdtempSync(join(tmpdir(), "radar-int8-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(model: Uint8Array) {
  const session = await nodeBackend({ threads: 1 }).load(model);
  try {
    return await session.run({ x });
  } finally {
    await session.dispose();
  }
}

async function quantized() {
  const found = quantizableConvolutions(network);
  const names = found.flatMap(({ input, weight: w, bias, output }) => [
    input,
    w,
    ...(bias ? [bias] : []),
    output,
  ]);
  const outputs = await run(withOutputs(network, names));
  const constants = new Map<string, NetworkConstant>();
  const ranges = new Map<string, [number, number]>();
  for (const [name, { shape, data }] of Object.entries(outputs)) {
    const floatData = Float32Array.from(data, Number);
    constants.set(name, { shape, data: floatData });
    ranges.set(name, [Math.min(...floatData), Math.max(...floatData)]);
  }
  return { found, ranges, made: quantizeNetwork(network, { ranges, constants }) };
}

describe("a network in eight bits", () => {
  test("has the convolutions with fixed weights, also computed ones; not those of few channels or with moving weights", async () => {
    const { found, made } = await quantized();
    expect(found.map(({ output, isClipped }) => [output, isClipped])).toEqual([
      ["a", false],
      ["c", true],
      ["d", false],
    ]);
    expect(made.convolutions).toBe(2);
    const { operators } = decodeModel(made.network);
    expect(operators).toEqual({
      Conv: 4,
      QuantizeLinear: 3, // a, c and d: the second convolution reads the first one's bytes
      DequantizeLinear: 3 + 2 + 1, // operands of the first and second, and d
      Mul: 1, // the doubled weight is a constant now
      GlobalAveragePool: 1,
    });
  });

  test("is one that ONNX Runtime computes with integers", async () => {
    const { made } = await quantized();
    const optimized = join(folder, "optimized.onnx");
    const options = {
      optimizedModelFilePath: optimized,
      graphOptimizationLevel: "extended",
      logSeverityLevel: 3,
    };
    await (
      await ort.InferenceSession.create(made.network, options as ort.InferenceSession.SessionOptions)
    ).release();
    const { operators } = decodeModel(readFileSync(optimized));
    expect(operators).toMatchObject({ QLinearConv: 2, Conv: 2 });
  });

  test("differs from what it was by a few hundredths of its scale", async () => {
    const { made } = await quantized();
    const valuesOf = ({ d }: Awaited<ReturnType<typeof run>>) => floatValues(d!);
    const [before, after] = [valuesOf(await run(network)), valuesOf(await run(made.network))];
    const scale = Math.max(...before.map(Math.abs));
    const difference = Math.max(...before.map((value, i) => Math.abs(value - after[i]!)));
    expect(difference / scale).toBeGreaterThan(0);
    expect(difference / scale).toBeLessThan(0.03); // two layers of steps of 1/255 and 1/126
  });
});

describe("values as integers", () => {
  test("a range becomes 256 bytes in which zero is exact", () => {
    expect(byteScale([-1, 4.1])).toEqual({ scale: Math.fround(5.1 / 255), zero: 50 });
    expect(byteScale([2, 5.1])).toEqual({ scale: Math.fround(5.1 / 255), zero: 0 });
    expect(byteScale([-2.55, -1])).toEqual({ scale: Math.fround(2.55 / 255), zero: 255 });
    expect(byteScale([0, 0])).toEqual({ scale: 1, zero: 0 });
  });

  test("each channel's largest weight is 63, so that two products of a byte stay within 16 bits", () => {
    const data = Float32Array.of(0.25, -1, 0, 0, 2, 0.5);
    const { data: integers, scales } = quantizedWeight(
      { shape: [3, 2, 1, 1], data },
      { bias: undefined, inputScale: 1 },
    );
    expect(Array.from(integers)).toEqual([16, -63, 0, 0, 63, 16]);
    expect(Array.from(scales)).toEqual([1 / 63, 1, 2 / 63].map(Math.fround));
    expect(2 * 255 * 63).toBeLessThan(2 ** 15);
  });

  test("a bias is counted in steps of input times weight; tiny weights are coarser rather than let it overflow", () => {
    const tiny = { shape: [2, 1, 1, 1], data: Float32Array.of(1e-20, 63) };
    const bias = Float32Array.of(1, 4);
    const weights = quantizedWeight(tiny, { bias, inputScale: 0.5 });
    const { data, scales } = quantizedBias(bias, weights, 0.5);
    expect(Array.from(data)).toEqual([2 ** 30, 8]);
    expect(scales[1]).toBe(0.5);
    expect(weights.data[0]).toBe(0);
  });
});
