/** Anomaly maps of methods that compare a picture with what their network makes of it. */
import { abs, reduceMean, sub, type Tensor } from "../graph/index.ts";
import { bindParameters, type NamedParameter } from "../nn/index.ts";
import { gaussianBlur } from "./map-filter.ts";
import type { AnomalyMaps, MapSource } from "./map-source.ts";

const smoothing = 1 / 64; // standard deviation as a fraction of the picture's side (ours)

/**
 * |x - x̂|, averaged over the channels and smoothed.
 *
 * @param pictures - x, float32 [N, 3, S, S]; `reconstruction` is x̂ of that shape.
 * @returns float32 [N, 1, S, S], >= 0.
 */
export function residualMap(pictures: Tensor, reconstruction: Tensor): Tensor {
  const residual = reduceMean(abs(sub(pictures, reconstruction)), { axes: [1] });
  return gaussianBlur(residual, Math.max(0.5, Number(pictures.shape[3]) * smoothing));
}

/** A network that has learned and what is read off it. */
export interface LearnedNetwork {
  readonly imageSizePx: number;
  readonly parameters: readonly NamedParameter[];
  /** Values of `parameters`, float32 [P]. */
  readonly values: Float32Array;
  /** As `MapSource.maps`, with the parameters still open. */
  readonly read: (pictures: Tensor) => AnomalyMaps;
}

/** The source of a network's maps: its parameters become constants. Maps are standardised at each place (ours). */
export function networkMaps({ imageSizePx, parameters, values, read }: LearnedNetwork): MapSource {
  return {
    imageSizePx,
    standardizesPlaces: true,
    maps: (pictures) => {
      const { maps, score } = read(pictures);
      const [bound = maps, boundScore] = bindParameters(
        score === undefined ? [maps] : [maps, score],
        parameters,
        values,
      );
      return { maps: bound, ...(boundScore && { score: boundScore }) };
    },
  };
}
