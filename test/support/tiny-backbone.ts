/** A small residual network as others would export it: three stages, a classifier at the end, weights at random. */
import { Random } from "../../src/base/random.ts";
import {
  add,
  buildGraph,
  constant,
  conv2d,
  input,
  matmul,
  max,
  reduceMean,
  scalar,
  type Tensor,
} from "../../src/graph/index.ts";
import { encodeModel } from "../../src/onnx/index.ts";

const stem = 8; // channels
const classes = 5;

function relu(x: Tensor): Tensor {
  return max(x, scalar(0));
}

function weights(random: Random, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const fanIn = length / (shape[0] ?? 1);
  return constant({
    dtype: "float32",
    shape,
    data: random.normals(length).map((value) => value * Math.sqrt(2 / fanIn)),
  });
}

/** A residual block that halves the picture: 3 x 3, 3 x 3, and 1 x 1 beside them. */
function block(x: Tensor, channels: number, random: Random): Tensor {
  const given = Number(x.shape[1]);
  const first = relu(conv2d(x, weights(random, [channels, given, 3, 3]), { stride: 2, padding: 1 }));
  const second = conv2d(first, weights(random, [channels, channels, 3, 3]), { padding: 1 });
  return relu(add(second, conv2d(x, weights(random, [channels, given, 1, 1]), { stride: 2 })));
}

/** Channels of the stages with a place every 4, 8 and 16 pixels. */
export const tinyChannels = [16, 24, 32] as const;

/** Bytes of the network; input `picture`, output `logits`. */
export function tinyBackbone(seed = 1): Uint8Array {
  const random = new Random(seed);
  const picture = input("picture", "float32", ["N", 3, "H", "W"]);
  let x = relu(conv2d(picture, weights(random, [stem, 3, 3, 3]), { stride: 2, padding: 1 }));
  for (const channels of tinyChannels) x = block(x, channels, random);
  const pooled = reduceMean(x, { axes: [2, 3], keepDims: false });
  const logits = matmul(pooled, weights(random, [tinyChannels[2], classes]));
  return encodeModel(buildGraph({ name: "classifier", inputs: [picture], outputs: { logits } }));
}
