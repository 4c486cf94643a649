/** Features of pictures that need no training: colours, and Gaussian derivatives at several scales. */
import {
  abs,
  add,
  concat,
  constant,
  conv2d,
  max,
  pad,
  resizeLinear,
  scalar,
  slice,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";

/** Order of a derivative along rows and along columns, 0 to 2. */
type Order = readonly [down: 0 | 1 | 2, right: 0 | 1 | 2];

/** Grey, red against green, yellow against blue. */
const opponentAxes = [
  [1 / 3, 1 / 3, 1 / 3],
  [0.5, -0.5, 0],
  [0.25, 0.25, -0.5],
] as const;

const firstOrder: readonly Order[] = [
  [0, 1],
  [1, 0],
];
const upToSecondOrder: readonly Order[] = [...firstOrder, [0, 2], [1, 1], [2, 0]];

/** What is taken of each axis (ours): grey in octaves from the finest that pixels resolve, colours at the middle one. */
const bank = [
  { axis: 0, sigmaPx: 1, orders: upToSecondOrder },
  { axis: 0, sigmaPx: 2, orders: upToSecondOrder },
  { axis: 0, sigmaPx: 4, orders: upToSecondOrder },
  { axis: 1, sigmaPx: 2, orders: firstOrder },
  { axis: 2, sigmaPx: 2, orders: firstOrder },
] as const;

/** Features of each place of pictures of so many channels. */
export function bankSize(channels: 1 | 3): number {
  return channels + filtersOf(channels).reduce((sum, { orders }) => sum + orders.length, 0);
}

/** The filters whose axis pictures of so many channels have. */
function filtersOf(channels: number): readonly (typeof bank)[number][] {
  return bank.filter(({ axis }) => axis < channels);
}

const rootOffset = 1e-4; // under the root: its slope at 0 would make noise count (ours)

/**
 * Taken off every strength (ours): far more than what rounding leaves where a picture is of one value, up to 1e-6 and another rest in
 * each runtime; far less than one grey level of 255.
 */
const leastStrength = 1e-5;

/** How many times smaller a picture of that side is filtered: 1, 2 or 4. A wide filter's answer changes little from one pixel to the next. */
function shrinkOf(sigmaPx: number, sizePx: number, side: number): number {
  const fits = (factor: number) =>
    factor <= sigmaPx && sizePx % factor === 0 && sizePx / factor >= leastPlaces * side;
  return [4, 2].find(fits) ?? 1;
}

/** Places of a shrunk picture along a side for each that is described, at least: a mean of several (ours). */
const leastPlaces = 2;

const halving = Float32Array.of(1 / 8, 3 / 8, 3 / 8, 1 / 8); // of variance 3/4, so that little aliases (ours)
const halvingVariance = 3 / 4;

/** Half as many pixels both ways, each a mean of 4 x 4; edges repeated. @param x - float32 [N, C, H, W], H and W even. */
function halved(x: Tensor): Tensor {
  const channels = Number(x.shape[1]);
  const data = Float32Array.from(
    { length: 16 * channels },
    (_, i) => (halving[Math.floor(i / 4) % 4] ?? 0) * (halving[i % 4] ?? 0),
  );
  const padded = pad(x, [0, 0, 1, 1], [0, 0, 1, 1], "edge");
  return conv2d(padded, constant({ dtype: "float32", shape: [channels, 1, 4, 4], data }), {
    groups: channels,
    stride: 2,
  });
}

/** σ of a filter of a picture that was halved so often, in its pixels: with what halving smoothed, σ of the whole one. */
function sigmaWithin(sigmaPx: number, factor: number): number {
  let variance = sigmaPx ** 2;
  for (let step = 1; step < factor; step *= 2) variance -= halvingVariance * step ** 2;
  return Math.sqrt(variance) / factor;
}

/**
 * Mean colours on opponent axes, and the root of the mean strength of each filter's answer, around each place.
 *
 * @param pictures - float32 [N, C, S, S] in [-1, 1], C = 3, or 1 of pictures without colour: those have grey's features only.
 * @param side - G: the places are a grid of G × G.
 * @returns float32 [N, {@link bankSize}(C), G, G].
 */
export function bankFeatures(pictures: Tensor, side: number): Tensor {
  const axes = Float32Array.from(opponentAxes.flat());
  const isGrey = Number(pictures.shape[1]) === 1;
  const opponents = isGrey
    ? pictures
    : conv2d(pictures, constant({ dtype: "float32", shape: [3, 3, 1, 1], data: axes }));
  const sizePx = Number(pictures.shape[3]);
  const shrunk = new Map([[1, opponents]]);
  const shrunkBy = (factor: number): Tensor => {
    const known = shrunk.get(factor) ?? halved(shrunkBy(factor / 2));
    shrunk.set(factor, known);
    return known;
  };
  const pooled = filtersOf(isGrey ? 1 : 3).map(({ axis, sigmaPx, orders }) => {
    const factor = shrinkOf(sigmaPx, sizePx, side);
    const channel = slice(shrunkBy(factor), { axis: 1, start: axis, end: axis + 1 });
    const derivatives = gaussianDerivatives(channel, sigmaWithin(sigmaPx, factor), orders, sigmaPx / factor);
    return resizeLinear(abs(derivatives), side, side);
  });
  const counted = max(sub(concat(pooled, 1), scalar(leastStrength)), scalar(0));
  return concat([resizeLinear(opponents, side, side), sqrt(add(counted, scalar(rootOffset)))], 1);
}

/**
 * Derivatives of x smoothed with a Gaussian, times `unitPx` to the power of their order, so that scales compare; edges repeated. First downwards, then to the
 * right: a sixth of the time of one convolution with both at σ = 4.
 *
 * @param x - float32 [N, 1, H, W].
 * @param unitPx - Default: σ.
 * @returns float32 [N, orders, H, W].
 * @see Lindeberg 1998, "Feature Detection with Automatic Scale Selection", IJCV 30(2), section 4
 */
export function gaussianDerivatives(
  x: Tensor,
  sigmaPx: number,
  orders: readonly Order[],
  unitPx: number = sigmaPx,
): Tensor {
  const radius = Math.ceil(3 * sigmaPx);
  const width = 2 * radius + 1;
  const profile = (order: 0 | 1 | 2): number[] =>
    derivativeProfile(sigmaPx, radius, order).map((tap) => tap * (unitPx / sigmaPx) ** order);
  const downs = [...new Set(orders.map(([down]) => down))];
  const downwards = Float32Array.from(downs.flatMap(profile));
  const rightwards = new Float32Array(orders.length * downs.length * width);
  for (const [i, [down, right]] of orders.entries())
    rightwards.set(profile(right), (i * downs.length + downs.indexOf(down)) * width);
  const padded = pad(x, [0, 0, radius, radius], [0, 0, radius, radius], "edge");
  const partly = conv2d(
    padded,
    constant({ dtype: "float32", shape: [downs.length, 1, width, 1], data: downwards }),
  );
  return conv2d(
    partly,
    constant({ dtype: "float32", shape: [orders.length, downs.length, 1, width], data: rightwards }),
  );
}

/** One-dimensional filter: 1 to 1 (order 0), a slope of 1/σ to 1 (order 1), a parabola t²/2σ² to 1 (order 2), lower orders to 0. */
function derivativeProfile(sigmaPx: number, radius: number, order: 0 | 1 | 2): number[] {
  const places = Array.from({ length: 2 * radius + 1 }, (_, i) => (i - radius) / sigmaPx);
  const bell = places.map((t) => Math.exp((-t * t) / 2));
  const total = bell.reduce((sum, value) => sum + value, 0);
  const moment = (power: number) =>
    places.reduce((sum, t, i) => sum + t ** power * ((bell[i] ?? 0) / total), 0);
  const [second, fourth] = [moment(2), moment(4)];
  return places.map((t, i) => {
    const weight = (bell[i] ?? 0) / total;
    if (order === 0) return weight;
    if (order === 1) return (weight * t) / second;
    return (2 * weight * (t * t - second)) / (fourth - second ** 2);
  });
}
