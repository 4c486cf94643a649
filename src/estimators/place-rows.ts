/** Features of places as rows, the form in which graphs compare them with what was learned. */
import { reshape, type Tensor, transpose } from "../graph/index.ts";

/**
 * @param features - float32 [N, D, h, w].
 * @returns float32 [N, h·w, D], places in reading order.
 */
export function placeRows(features: Tensor): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const places = Number(height) * Number(width);
  return transpose(reshape(features, [batch, Number(dimensions), places]), [0, 2, 1]);
}
