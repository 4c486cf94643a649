/** A network that the user brings, pretrained on whatever, as a source of features: its stages, found and put into a graph. */
import { describe, nearest } from "../../base/check.ts";
import { OnnxFormatError, OptionError } from "../../base/errors.ts";
import { fileHash } from "../../detectors/content-hash.ts";
import { add, constant, embedNetwork, mul, type Tensor, transpose } from "../../graph/index.ts";
import { type ForeignNetwork, readNetwork } from "../../onnx/index.ts";
import type { Backend } from "../../runtime/backend.ts";

/** A network for pictures with its name. */
export interface Backbone {
  readonly network: ForeignNetwork;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
}

/** Features of a network after one of its stages. */
export interface Stage {
  /** Name of the tensor. */
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Mean and standard deviation of red, green and blue in [0, 1] over ImageNet, which pretrained networks expect to be taken out. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/**
 * Reads a backbone.
 *
 * @param bytes - An ONNX file: one float32 input, [N, 3, H, W] or [N, H, W, 3], RGB normalised with ImageNet's mean and deviation.
 * @throws {OnnxFormatError} E_ONNX if it is none, or one that cannot be read; the message says what to do.
 */
export async function openBackbone(bytes: Uint8Array): Promise<Backbone> {
  return { network: readNetwork(bytes), hash: await fileHash(bytes) };
}

/**
 * The stages whose features a method takes, after the network has run once to tell their sizes.
 *
 * @param options - `strides`: the stages to find, by how many pixels lie between places; of each the last tensor through which
 * everything goes. `layers`: names of tensors instead.
 * @returns At least one, finest first.
 * @throws {OptionError} E_OPTION if there is no tensor of such a name; {OnnxFormatError} E_ONNX if none of the stages is there, or a layer's
 * features are not float32 [N, C, H, W]; {BackendError} E_BACKEND if the network does not run on pictures of that size.
 */
export async function backboneStages(
  { network }: Backbone,
  options: {
    readonly backend: Backend;
    /** Side of the pictures, in pixels. */
    readonly imageSize: number;
    readonly strides: readonly number[];
    readonly layers?: readonly string[] | undefined;
  },
): Promise<Stage[]> {
  const { backend, imageSize, strides } = options;
  const layers = options.layers && [...new Set(options.layers)];
  for (const layer of layers ?? []) checkLayer(layer, network);
  const candidates = layers ?? network.trunk;
  const found = candidates.length === 0 ? [] : await measured(network, candidates, { backend, imageSize });
  const stages = layers === undefined ? lastOfEach(found, strides, imageSize) : found;
  if (layers !== undefined && stages.length < layers.length) {
    const missing = layers.find((layer) => !stages.some(({ name }) => name === layer));
    throw new OnnxFormatError(
      `layers: expected features float32 [N, C, H, W] that keep the number of pictures N, got others from ${missing}. Name another tensor, or export the network with a batch of any size.`,
    );
  }
  if (stages.length === 0) {
    const sizes = found.map(({ name, height, width }) => `${name} ${height} x ${width}`).slice(-6);
    throw new OnnxFormatError(
      `backbone: expected stages with a place every ${strides.join(", ")} pixels, got ${sizes.length === 0 ? "none" : sizes.join(", ")} at ${imageSize} x ${imageSize} pixels. Name tensors with \`layers\`, or export the network with a batch of any size.`,
    );
  }
  return stages.sort((a, b) => b.height * b.width - a.height * a.width);
}

/**
 * Adds a backbone to a graph.
 *
 * @param stages - As {@link backboneStages} found them for pictures of this size.
 * @param pictures - float32 [N, 3, S, S] in [-1, 1].
 * @returns Features of each stage, float32 [N, C, H, W].
 */
export function backboneFeatures(
  { network }: Backbone,
  stages: readonly Stage[],
  pictures: Tensor,
): readonly Tensor[] {
  const batch = pictures.shape[0] ?? "N";
  const normalized = add(
    mul(pictures, perColour(imageNet.deviation.map((deviation) => 0.5 / deviation))),
    perColour(imageNet.mean.map((mean, i) => (0.5 - mean) / (imageNet.deviation[i] ?? 1))),
  );
  return embedNetwork(network.layout === "NCHW" ? normalized : transpose(normalized, [0, 2, 3, 1]), {
    model: network.upTo(stages.map(({ name }) => name)),
    input: network.input,
    outputs: stages.map(({ name, channels, height, width }) => ({
      name,
      type: { dtype: "float32", shape: [batch, channels, height, width] },
    })),
  });
}

function perColour(values: readonly number[]): Tensor {
  return constant({ dtype: "float32", shape: [1, 3, 1, 1], data: Float32Array.from(values) });
}

function checkLayer(layer: string, { tensors }: ForeignNetwork): void {
  if (tensors.includes(layer)) return;
  const near = nearest(layer, tensors);
  throw new OptionError(
    `layers: expected names of tensors that the backbone computes from the picture, got ${describe(layer)}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
  );
}

/** Those of the tensors that are features of two pictures given together, float32 [2, C, H, W], with their sizes. */
async function measured(
  network: ForeignNetwork,
  names: readonly string[],
  { backend, imageSize }: { readonly backend: Backend; readonly imageSize: number },
): Promise<Stage[]> {
  const shape = network.layout === "NCHW" ? [2, 3, imageSize, imageSize] : [2, imageSize, imageSize, 3];
  const session = await backend.load(network.upTo(names));
  try {
    const data = new Float32Array(2 * 3 * imageSize ** 2);
    const outputs = await session.run({ [network.input]: { dtype: "float32", shape, data } });
    return names.flatMap((name) => {
      const { dtype, shape: [count, channels = 0, height = 0, width = 0, ...more] = [] } =
        outputs[name] ?? {};
      const isFeatures = dtype === "float32" && count === 2 && width > 0 && more.length === 0;
      return isFeatures ? [{ name, channels, height, width }] : [];
    });
  } finally {
    await session.dispose();
  }
}

/** Of each stride the last stage that has it. */
function lastOfEach(stages: readonly Stage[], strides: readonly number[], imageSize: number): Stage[] {
  const isNear = (stride: number, places: number) => Math.round(Math.log2(imageSize / places / stride)) === 0;
  return strides.flatMap((stride) => {
    const last = stages.findLast(({ height, width }) => isNear(stride, height) && isNear(stride, width));
    return last === undefined ? [] : [last];
  });
}
