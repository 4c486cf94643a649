/** Stochastic textured surfaces: a regression tree predicts each pixel, and moving statistics of what it errs by are watched. */
import {
  fitRegressionTree,
  type RegressionTree,
  regressionTreeValues,
} from "../../estimators/regression-tree.ts";
import {
  cast,
  concat,
  constant,
  conv2d,
  div,
  greaterOrEqual,
  mul,
  pad,
  reduceMean,
  reduceSumSquare,
  resizeLinear,
  sliceAxes,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import {
  type CausalTexture,
  causalCount,
  causalSample,
  predictedGrey,
  standardizedGrey,
} from "./causal-texture.ts";
import { statisticalMethod } from "./statistical.ts";

/** Constants of the method. */
export interface TexturedSurfaceSettings {
  /** Places along a side of the grid that pictures are brought to, at most. */
  readonly grid: number;
  /** Rows above a pixel, and places to its left and right, that it is predicted from. */
  readonly reach: number;
  /** Pixels that are drawn from the good pictures: two thirds grow the tree, the others give the errors to expect. */
  readonly pixels: number;
  /** Pixels of a leaf at least. */
  readonly smallestLeaf: number;
  /** Places from the middle of a moving window to its side. */
  readonly windowRadius: number;
}

/** Errors at which distributions are compared, evenly spread over those to expect (ours). */
const levels = 16;

/** Lags of the correlations of errors [down, right]: half of those within two places, since the other half says the same (ours). */
const lags = [
  [0, 1],
  [0, 2],
  [1, -2],
  [1, -1],
  [1, 0],
  [1, 1],
  [1, 2],
  [2, -2],
  [2, -1],
  [2, 0],
  [2, 1],
  [2, 2],
] as const;

/** The method, given its options. @see Bui and Apley 2018, "A monitoring and diagnostic approach for stochastic textured surfaces", Technometrics 60(1), doi:10.1080/00401706.2017.1302362; docs/detectors/textured-surface.md */
export const texturedSurfaceMethod: Method<GivenOptions, TexturedSurfaceSettings> =
  statisticalMethod<TexturedSurfaceSettings>({
    method: "textured-surface",
    scoring: "moving statistics",
    settings: { grid: 128, reach: 4, pixels: 24_000, smallestLeaf: 25, windowRadius: 5 }, // ours
    learn,
  });

async function learn(
  context: LearningContext,
  imageSize: number,
  settings: TexturedSurfaceSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const { reach, smallestLeaf, windowRadius } = settings;
  const texture = { side: Math.min(settings.grid, imageSize), reach };
  const { neighbourhoods, pixels } = await causalSample(context, imageSize, texture, settings.pixels);
  const count = causalCount(texture);
  const grown = Math.ceil((2 / 3) * pixels.length);
  const tree = fitRegressionTree(
    neighbourhoods.subarray(0, grown * count),
    pixels.subarray(0, grown),
    count,
    {
      smallestLeaf,
    },
  );
  const kept = neighbourhoods.subarray(grown * count);
  const errors = regressionTreeValues(tree, kept, count)
    .map((value, i) => (pixels[grown + i] ?? 0) - value)
    .sort();
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: false,
      maps: (pictures) => {
        const residuals = residualsOf(pictures, tree, texture);
        const maps = concat(
          [
            distributionStatistic(residuals, errors, windowRadius),
            correlationStatistic(residuals, windowRadius),
          ],
          1,
        );
        return { maps: resizeLinear(maps, imageSize, imageSize) };
      },
    },
    parameters: tree.thresholds.length + levels,
  };
}

function residualsOf(pictures: Tensor, tree: RegressionTree, texture: CausalTexture): Tensor {
  const grey = standardizedGrey(pictures, texture);
  return sub(grey, predictedGrey(grey, [tree], texture));
}

/**
 * Anderson-Darling statistic of the n errors in a window around each place against those to expect:
 * n times the mean over levels u of (F(q_u) - u)² / (u·(1 - u)), with F the share of the window's errors that are at most q_u.
 *
 * @param residuals - float32 [N, 1, H, W].
 * @param errors - Errors to expect, ascending.
 * @returns The same shape.
 * @see Anderson and Darling 1954, "A test of goodness of fit", as an integral over the distribution expected
 */
export function distributionStatistic(residuals: Tensor, errors: Float64Array, radius: number): Tensor {
  const [, , height, width] = residuals.shape.map(Number);
  const shares = Array.from({ length: levels }, (_, i) => (i + 0.5) / levels);
  const column = (values: readonly number[]) =>
    constant({ dtype: "float32", shape: [1, levels, 1, 1], data: Float32Array.from(values) });
  const quantiles = column(shares.map((share) => errors[Math.floor(share * errors.length)] ?? 0));
  const ones = new Float32Array((2 * radius + 1) ** 2).fill(1);
  const below = windowSum(cast(greaterOrEqual(quantiles, residuals), "float32"), ones);
  const counts = windowCounts(Number(height), Number(width), radius);
  const deviation = sub(div(below, counts), column(shares));
  const weights = column(shares.map((share) => 1 / (share * (1 - share))));
  return mul(counts, reduceMean(mul(mul(deviation, deviation), weights), { axes: [1] }));
}

/**
 * Box-Pierce type statistic: the sum over lags of the squared covariance of errors with those a lag away, in a window around each
 * place whose places count by an Epanechnikov kernel; places beyond the border count 0.
 *
 * @param residuals - float32 [N, 1, H, W].
 * @returns The same shape.
 * @see Box and Pierce 1970, "Distribution of residual autocorrelations"; Bui and Apley 2018 for the form by place
 */
export function correlationStatistic(residuals: Tensor, radius: number): Tensor {
  const [, , height, width] = residuals.shape.map(Number);
  const far = 2;
  const wide = pad(residuals, [0, 0, far, far], [0, 0, far, far]);
  const products = lags.map(([down, right]) =>
    mul(
      residuals,
      sliceAxes(wide, [
        { axis: 2, start: far + down, end: far + down + Number(height) },
        { axis: 3, start: far + right, end: far + right + Number(width) },
      ]),
    ),
  );
  return reduceSumSquare(windowSum(concat(products, 1), epanechnikov(radius)), { axes: [1] });
}

/** Sum over a square window around each place, each channel by itself; what is beyond the border counts 0. */
function windowSum(x: Tensor, kernel: Float32Array): Tensor {
  const channels = Number(x.shape[1]);
  const side = Math.sqrt(kernel.length);
  const data = new Float32Array(channels * kernel.length);
  for (let channel = 0; channel < channels; channel++) data.set(kernel, channel * kernel.length);
  const weight = constant({ dtype: "float32", shape: [channels, 1, side, side], data });
  return conv2d(x, weight, { padding: (side - 1) / 2, groups: channels });
}

/** Places of a window that are within the picture, float32 [1, 1, H, W]. */
function windowCounts(height: number, width: number, radius: number): Tensor {
  const along = (i: number, extent: number) => Math.min(i + radius, extent - 1) - Math.max(i - radius, 0) + 1;
  const data = Float32Array.from(
    { length: height * width },
    (_, i) => along(Math.floor(i / width), height) * along(i % width, width),
  );
  return constant({ dtype: "float32", shape: [1, 1, height, width], data });
}

/** Weights 1 - (distance / (radius + 1))² that are not negative and sum to 1, row by row. */
function epanechnikov(radius: number): Float32Array {
  const side = 2 * radius + 1;
  const weights = Float32Array.from({ length: side ** 2 }, (_, i) => {
    const [down, right] = [Math.floor(i / side) - radius, (i % side) - radius];
    return Math.max(0, 1 - (down ** 2 + right ** 2) / (radius + 1) ** 2);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
