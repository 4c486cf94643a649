/** What maps of good images look like at each place: edges and reflections vary more than the rest, and must not alarm for it. */
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import { sizeOf } from "../base/shape.ts";
import { emptyPlaceSums, isAligned, type PlaceSums } from "../estimators/alignment.ts";
import { constant, mul, sub, type Tensor } from "../graph/index.ts";
import type { LookedArea } from "./looked-area.ts";

/** Mean and spread of every map at every place; 0 and 1 for maps of images that are not aligned, which are left as they are. */
export interface PlaceScales {
  /** float32 [1, C, S, S]. */
  readonly mean: NdArray<"float32">;
  /** float32 [1, C, S, S], > 0. */
  readonly spread: NdArray<"float32">;
}

const floorShare = 0.5; // of the average spread, added to each place's: few images say little about a place (ours)

interface Channel {
  readonly halves: readonly [PlaceSums, PlaceSums];
  /** Sum of squares at each place, of both halves. */
  readonly squares: Float64Array;
}

/**
 * Mean and spread at each place of each map; where the data show no alignment, none.
 *
 * @param images - At least one, float32 [1, C, S, S] each.
 * @param area - Places that are looked at; the others are left as they are. Default: all.
 */
export async function fitPlaceScales(
  images: AsyncIterable<NdArray>,
  area?: LookedArea | undefined,
): Promise<PlaceScales> {
  let channels: Channel[] | undefined;
  let looked = new Uint32Array();
  let shape: readonly number[] = [];
  for await (const image of images) {
    shape = image.shape;
    const [, count = 1, height = 1, width = 1] = shape;
    const size = height * width;
    if (channels === undefined) {
      looked = Uint32Array.from({ length: size }, (_, place) => place).filter(
        (place) => area?.data[place] !== 0,
      );
      channels = Array.from({ length: count }, () => emptyChannel(looked.length));
    }
    for (const [c, channel] of channels.entries()) {
      addImage(channel, image.data.subarray(c * size, (c + 1) * size), looked);
    }
  }
  invariant(channels, "place scales of no images");
  const fitted = channels.map(scalesOf);
  const joined = (
    pick: (scale: { mean: Float32Array; spread: Float32Array }) => Float32Array,
    other: number,
  ) => {
    const data = new Float32Array(sizeOf(shape)).fill(other);
    for (const [c, scale] of fitted.entries()) {
      const values = pick(scale);
      looked.forEach((place, i) => {
        data[(c * data.length) / fitted.length + place] = values[i] ?? other;
      });
    }
    return { dtype: "float32" as const, shape, data };
  };
  return { mean: joined(({ mean }) => mean, 0), spread: joined(({ spread }) => spread, 1) };
}

/** (map - mean) / spread at each place, float32 [N, C, S, S]. */
export function standardized(maps: Tensor, { mean, spread }: PlaceScales): Tensor {
  const inverse = { ...spread, data: spread.data.map((value) => 1 / value) };
  return mul(sub(maps, constant(mean)), constant(inverse));
}

function emptyChannel(places: number): Channel {
  const halves = [emptyPlaceSums(places, 1), emptyPlaceSums(places, 1)] as const;
  return { halves, squares: new Float64Array(places) };
}

function addImage({ halves, squares }: Channel, data: NdArray["data"], places: Uint32Array): void {
  const [first, second] = halves;
  const half = first.count <= second.count ? first : second;
  half.count++;
  for (let place = 0; place < squares.length; place++) {
    const value = Number(data[places[place] ?? 0]);
    half.sum[place] = (half.sum[place] ?? 0) + value;
    half.squares += value * value;
    squares[place] = (squares[place] ?? 0) + value * value;
  }
}

function scalesOf({ halves, squares }: Channel): { mean: Float32Array; spread: Float32Array } {
  const [a, b] = halves;
  const count = a.count + b.count;
  const mean = Float32Array.from(a.sum, (sum, place) => (sum + (b.sum[place] ?? 0)) / count);
  const overall = mean.reduce((sum, value) => sum + value, 0) / mean.length;
  if (!isAligned(a, b, Float64Array.of(overall))) {
    return { mean: new Float32Array(mean.length), spread: new Float32Array(mean.length).fill(1) };
  }
  const deviation = mean.map((m, place) => Math.sqrt(Math.max(0, (squares[place] ?? 0) / count - m * m)));
  const average = deviation.reduce((sum, value) => sum + value, 0) / deviation.length;
  return { mean, spread: deviation.map((value) => Math.max(value + floorShare * average, 1e-6)) };
}
