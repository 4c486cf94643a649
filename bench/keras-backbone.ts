/**
 * `node --import tsx bench/keras-backbone.ts <folder of the npm package nsfwjs> mobilenet.onnx`: a backbone to measure PaDiM and
 * PatchCore with.
 *
 * nsfwjs (MIT) ships MobileNetV2 as TensorFlow.js keeps it: Keras layers, weights in 8 bits. Its convolutions are marked as not
 * trained, so they are those that Keras offers for ImageNet (Sandler et al. 2018, arXiv:1801.04381); only its classifier knows
 * other classes, and that is left out here. Nothing of the package is part of this project.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { z } from "zod";
import {
  add,
  buildGraph,
  constant,
  conv2d,
  input,
  max,
  min,
  mul,
  pad,
  scalar,
  type Tensor,
} from "../src/graph/index.ts";
import { writeFileAtomic } from "../src/node/index.ts";
import { encodeModel } from "../src/onnx/index.ts";

const pair = z.tuple([z.number(), z.number()]);
const layerSchema = z.object({
  class_name: z.string(),
  config: z.object({
    name: z.string(),
    strides: pair.optional(),
    padding: z.union([z.string(), z.tuple([pair, pair])]).optional(),
    epsilon: z.number().optional(),
    max_value: z.number().nullish(),
  }),
  inbound_nodes: z.array(z.array(z.tuple([z.string()]).rest(z.unknown()))),
});
const modelSchema = z.object({
  modelTopology: z.object({
    model_config: z.object({ config: z.object({ layers: z.array(layerSchema) }) }),
  }),
  weightsManifest: z.tuple([
    z.object({
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number()),
          quantization: z.object({ min: z.number(), scale: z.number(), dtype: z.literal("uint8") }),
        }),
      ),
    }),
  ]),
});
type Layer = z.infer<typeof layerSchema>;

/** A weight as Keras has it. */
interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Mean and deviation that `backboneFeatures` takes out, put back: Keras' MobileNetV2 wants pictures in [-1, 1]. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

const [folder, output] = process.argv.slice(2);
if (folder === undefined || output === undefined) {
  process.stderr.write("keras-backbone: expected the folder of the package nsfwjs and a file to write.\n");
  process.exit(2);
}
const from = resolve(folder, "dist/models/mobilenet_v2");
const require = createRequire(import.meta.url);
const model = modelSchema.parse(plain(require(`${from}/model.min.js`)));
const weights = readWeights(z.string().parse(plain(require(`${from}/group1-shard1of1.min.js`))));

const x = input("picture", "float32", ["N", 3, 224, 224]);
const pictures = add(
  mul(x, perColour(imageNet.deviation.map((deviation) => 2 * deviation))),
  perColour(imageNet.mean.map((mean) => 2 * mean - 1)),
);
const tensors = new Map<string, Tensor>();
let last = pictures;
for (const layer of model.modelTopology.model_config.config.layers) {
  if (layer.class_name === "AveragePooling2D" || layer.class_name === "GlobalAveragePooling2D") break;
  const inputs = layer.inbound_nodes.flat().map(([name]) => tensors.get(name) ?? missing(name));
  last = applied(layer, inputs);
  tensors.set(layer.config.name, last);
}
const graph = buildGraph({ name: "MobileNetV2", inputs: [x], outputs: { features: last } });
await writeFileAtomic(output, encodeModel(graph));

function applied({ class_name: kind, config }: Layer, [first = pictures, second]: readonly Tensor[]): Tensor {
  switch (kind) {
    case "InputLayer":
      return pictures;
    case "Add":
      return add(first, second ?? missing(config.name));
    case "ReLU":
      return min(max(first, scalar(0)), scalar(config.max_value ?? Number.POSITIVE_INFINITY));
    case "BatchNormalization":
      return normalized(first, config);
    case "ZeroPadding2D": {
      const [[top, bottom], [left, right]] = z.tuple([pair, pair]).parse(config.padding);
      return pad(first, [0, 0, top, left], [0, 0, bottom, right]);
    }
    case "Conv2D": {
      const { shape, values } = weightOf(`${config.name}/kernel`);
      const [height = 0, width = 0, given = 0, made = 0] = shape;
      return convolved(first, config, [made, given, height, width], (o, i, h, w) =>
        at(values, ((h * width + w) * given + i) * made + o),
      );
    }
    case "DepthwiseConv2D": {
      const { shape, values } = weightOf(`${config.name}/depthwise_kernel`);
      const [height = 0, width = 0, channels = 0] = shape;
      return convolved(first, config, [channels, 1, height, width], (o, _, h, w) =>
        at(values, (h * width + w) * channels + o),
      );
    }
    default:
      throw new Error(`keras-backbone: expected a layer of MobileNetV2, got ${kind}.`);
  }
}

/** A convolution whose weights [O, I, H, W] are told one by one. */
function convolved(
  x: Tensor,
  { strides = [1, 1], padding }: Layer["config"],
  shape: readonly [number, number, number, number],
  weight: (o: number, i: number, h: number, w: number) => number,
): Tensor {
  const [made, given, height, width] = shape;
  const data = new Float32Array(made * given * height * width);
  let next = 0;
  for (let o = 0; o < made; o++)
    for (let i = 0; i < given; i++)
      for (let h = 0; h < height; h++) for (let w = 0; w < width; w++) data[next++] = weight(o, i, h, w);
  if (padding === "same" && strides[0] !== 1)
    throw new Error("keras-backbone: expected steps of 1 with padding.");
  return conv2d(x, constant({ dtype: "float32", shape, data }), {
    stride: strides[0],
    padding: padding === "same" ? (height - 1) / 2 : 0,
    groups: Number(x.shape[1]) / given,
  });
}

function normalized(x: Tensor, { name, epsilon = 1e-3 }: Layer["config"]): Tensor {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map(
    (part) => weightOf(`${name}/${part}`).values,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const factors = gamma.map((value, i) => value / Math.sqrt(at(variance, i) + epsilon));
  const offsets = beta.map((value, i) => value - at(mean, i) * at(factors, i));
  const column = (data: Float32Array) => constant({ dtype: "float32", shape: [1, data.length, 1, 1], data });
  return add(mul(x, column(factors)), column(offsets));
}

function perColour(values: readonly number[]): Tensor {
  return constant({ dtype: "float32", shape: [1, 3, 1, 1], data: Float32Array.from(values) });
}

/** All weights, from 8 bits: value = min + scale·q. */
function readWeights(base64: string): ReadonlyMap<string, Weight> {
  const bytes = Buffer.from(base64, "base64");
  let start = 0;
  const read = model.weightsManifest[0].weights.map(({ name, shape, quantization }) => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const values = Float32Array.from(
      bytes.subarray(start, start + length),
      (q) => quantization.min + quantization.scale * q,
    );
    start += length;
    return [name, { shape, values }] as const;
  });
  if (start !== bytes.length)
    throw new Error(`keras-backbone: expected ${start} weights, got ${bytes.length}.`);
  return new Map(read);
}

function weightOf(name: string): Weight {
  return weights.get(name) ?? missing(name);
}

/** What a module exports, by its own name or as the default. */
function plain(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : module;
}

function at(values: Float32Array, index: number): number {
  return values[index] ?? missing(`value ${index}`);
}

function missing(name: string): never {
  throw new Error(`keras-backbone: expected ${name} in the package, got nothing.`);
}
