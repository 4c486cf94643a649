/** A texture as what a pixel is, given those before it: shared by the methods that learn to predict one from the others. */
import type { NdArray } from "../../base/array.ts";
import { placeRows } from "../../estimators/place-rows.ts";
import { PlaceSample } from "../../estimators/place-sample.ts";
import { forestPrediction } from "../../estimators/random-forest.ts";
import type { RegressionTree } from "../../estimators/regression-tree.ts";
import {
  concat,
  constant,
  conv2d,
  div,
  max,
  mul,
  pad,
  reduceMean,
  reshape,
  resizeLinear,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import type { LearningContext } from "../method.ts";
import { withFeatures } from "./statistical.ts";

/** What is predicted from what. */
export interface CausalTexture {
  /** Side of the grid that pictures are brought to, in places. */
  readonly side: number;
  /** Rows above and places to the left and right that are looked at. */
  readonly reach: number;
}

/** Pixels with their neighbourhoods, drawn from good pictures. */
export interface CausalSample {
  /** Neighbourhoods, float32 [n * D]. */
  readonly neighbourhoods: Float32Array;
  /** The pixels, float32 [n]. */
  readonly pixels: Float32Array;
}

/** Pixels of a causal neighbourhood: `reach` to the left, and `reach` rows of 2·reach + 1 above. */
export function causalCount({ reach }: CausalTexture): number {
  return reach + reach * (2 * reach + 1);
}

/**
 * Grey, of mean 0 and variance 1 in each picture, so that light does not matter.
 *
 * @param pictures - float32 [N, 3, S, S].
 * @returns float32 [N, 1, side, side].
 */
export function standardizedGrey(pictures: Tensor, { side }: CausalTexture): Tensor {
  const grey = resizeLinear(reduceMean(pictures, { axes: [1] }), side, side);
  const centred = sub(grey, reduceMean(grey, { axes: [1, 2, 3] }));
  const deviation = sqrt(reduceMean(mul(centred, centred), { axes: [1, 2, 3] }));
  return div(centred, max(deviation, scalar(1e-3)));
}

/**
 * The pixels before each, in reading order: those of the rows above, then those to the left. Beyond the border it is repeated.
 *
 * @param grey - float32 [N, 1, H, W].
 * @returns float32 [N, D, H, W].
 */
export function causalNeighbourhood(grey: Tensor, texture: CausalTexture): Tensor {
  const { reach } = texture;
  const [rows, columns, count] = [reach + 1, 2 * reach + 1, causalCount(texture)];
  const picks = new Float32Array(count * rows * columns); // a convolution that gathers: each kernel has a single 1
  for (let i = 0; i < count; i++) picks[i * rows * columns + i] = 1;
  const weight = constant({ dtype: "float32", shape: [count, 1, rows, columns], data: picks });
  return conv2d(pad(grey, [0, 0, reach, reach], [0, 0, 0, reach], "edge"), weight);
}

/**
 * What trees predict of each pixel.
 *
 * @param grey - float32 [N, 1, H, W], from {@link standardizedGrey}.
 * @returns The same shape.
 */
export function predictedGrey(
  grey: Tensor,
  trees: readonly RegressionTree[],
  texture: CausalTexture,
): Tensor {
  const rows = reshape(placeRows(causalNeighbourhood(grey, texture)), ["M", causalCount(texture)]);
  const [, , height = 1, width = 1] = grey.shape;
  return reshape(forestPrediction(rows, trees), ["N", 1, height, width]);
}

/** Draws pixels of the good pictures at random, `most` at most. */
export function causalSample(
  context: LearningContext,
  imageSize: number,
  texture: CausalTexture,
  most: number,
): Promise<CausalSample> {
  const count = causalCount(texture);
  const features = (pictures: Tensor) => {
    const grey = standardizedGrey(pictures, texture);
    return concat([causalNeighbourhood(grey, texture), grey], 1);
  };
  return withFeatures(context, imageSize, features, async (images: AsyncIterable<NdArray<"float32">>) => {
    const sample = new PlaceSample(count + 1, most, context.random.split("places"));
    for await (const { data } of images) sample.add(data);
    const rows = sample.rows();
    const drawn = rows.length / (count + 1);
    const neighbourhoods = new Float32Array(drawn * count);
    const pixels = new Float32Array(drawn);
    for (let i = 0; i < drawn; i++) {
      neighbourhoods.set(rows.subarray(i * (count + 1), (i + 1) * (count + 1) - 1), i * count);
      pixels[i] = rows[(i + 1) * (count + 1) - 1] ?? 0;
    }
    return { neighbourhoods, pixels };
  });
}
