/** The anomaly map of methods that compare a picture with what their network makes of it. */

import { gaussianBlur } from "../../features/map-filter.ts";
import { abs, reduceMean, sub, type Tensor } from "../../graph/index.ts";

/**
 * |x - x̂|, averaged over the channels and smoothed.
 *
 * @param pictures - x, float32 [N, 3, S, S]; `reconstruction` is x̂ of that shape.
 * @param smoothing - Standard deviation as a fraction of the side; at least half a pixel is taken.
 * @returns float32 [N, 1, S, S], >= 0.
 */
export function residualMap(pictures: Tensor, reconstruction: Tensor, smoothing: number): Tensor {
  const residual = reduceMean(abs(sub(pictures, reconstruction)), { axes: [1] });
  return gaussianBlur(residual, Math.max(0.5, Number(pictures.shape[3]) * smoothing));
}
