/** Principal components of good images cleaned of what is rare in them, and the sparse part of a picture as its map. */

import { pursueComponents } from "../../estimators/component-pursuit.ts";
import {
  PictureSubspace,
  type PrincipalComponents,
  principalComponents,
  residual,
} from "../../estimators/principal-components.ts";
import { max, min, resizeLinear, scalar, sub, type Tensor } from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { lengthMap, pictureRows, statisticalMethod } from "./statistical.ts";

/** Constants of robust PCA. */
export interface RobustPcaSettings {
  /** Largest side that pictures are compared at, in pixels. */
  readonly grid: number;
  /** That are decomposed, at most: the time grows with their square. */
  readonly mostImages: number;
  /** Of the pursuit. */
  readonly tolerance: number;
  /** At most. */
  readonly pursuitIterations: number;
  /** Share of the clean images' variance that the components explain. */
  readonly explained: number;
  /** At least. */
  readonly imagesPerComponent: number;
  /** Soft threshold in robust standard deviations of good images' residuals. */
  readonly thresholdSpreads: number;
  /** Of a picture into subspace and sparse part, in the model. */
  readonly splittingIterations: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
}

/** Robust PCA, given its options. @see docs/detectors/robust-pca.md */
export const robustPcaMethod: Method<GivenOptions, RobustPcaSettings> = statisticalMethod<RobustPcaSettings>({
  method: "robust-pca",
  scoring: "sparse part",
  settings: {
    grid: 80, // by npm run tune
    mostImages: 80,
    tolerance: 1e-4, // its authors use 1e-7
    pursuitIterations: 40,
    explained: 0.98,
    imagesPerComponent: 4,
    thresholdSpreads: 3, // by npm run tune
    splittingIterations: 5,
    smoothing: 1 / 32,
  }, // ours
  learn,
});

async function learn(
  context: LearningContext,
  imageSize: number,
  settings: RobustPcaSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(imageSize, settings.grid);
  const order = context.random.split("pursuit").permutation(context.shown.length);
  const images = Array.from(order.slice(0, settings.mostImages), (i) => context.shown[i] ?? new Uint8Array());
  const rows = await pictureRows({ ...context, shown: images }, imageSize, side);
  context.onStage?.("separating what is rare from what is common");
  const { low } = pursueComponents(rows, {
    tolerance: settings.tolerance,
    iterations: settings.pursuitIterations,
  });
  const most = Math.max(1, Math.floor(rows.length / settings.imagesPerComponent));
  const clean = principalComponents(low, { explained: settings.explained, most });
  const subspace = new PictureSubspace(clean, side);
  const threshold = settings.thresholdSpreads * robustSpread(rows, clean);
  const iterations = settings.splittingIterations;
  const sparse = (deviation: Tensor) => sparsePart(deviation, subspace, { threshold, iterations });
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: true,
      maps: (pictures) => {
        const deviation = subspace.deviation(resizeLinear(pictures, side, side));
        return {
          maps: lengthMap(sparse(deviation), imageSize, settings.smoothing),
        };
      },
    },
    parameters: subspace.size + 1,
  };
}

/**
 * s of min over a and s of ½·‖x - V·a - s‖² + threshold·‖s‖₁, by turns: a = Vᵀ(x - s), s = soft(x - V·a).
 *
 * @param deviation - x, float32 [N, 3, G, G].
 */
function sparsePart(
  deviation: Tensor,
  subspace: PictureSubspace,
  { threshold, iterations }: { readonly threshold: number; readonly iterations: number },
): Tensor {
  const soft = (x: Tensor) => sub(x, max(min(x, scalar(threshold)), scalar(-threshold)));
  let sparse = soft(sub(deviation, subspace.projection(deviation)));
  for (let i = 1; i < iterations; i++) {
    sparse = soft(sub(deviation, subspace.projection(sub(deviation, sparse))));
  }
  return sparse;
}

/** Median of the residuals' absolute values over 0.6745: their standard deviation if they were normal and a few wild. */
function robustSpread(rows: readonly Float64Array[], clean: PrincipalComponents): number {
  const size = rows[0]?.length ?? 0;
  const sizes = new Float64Array(rows.length * size);
  for (const [i, row] of rows.entries()) sizes.set(residual(row, clean).map(Math.abs), i * size);
  return (sizes.sort()[sizes.length >> 1] ?? 0) / 0.6745;
}
