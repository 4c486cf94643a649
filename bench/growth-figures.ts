/** What `growth.ts` measures, as it is written to docs/results/growth.json, and the laws read from it. */

/** One measured point: what was varied, what it took and what it would take at the rate of large matrix products. */
export interface GrowthPoint {
  /** Side in pixels, width in channels, pictures a batch or number of images. */
  readonly value: number;
  readonly threads: number;
  /** Median. */
  readonly seconds: number;
  /** Counted from the graph. */
  readonly gflop: number;
  /** `gflop` at the rate of a large matrix product with as many threads. */
  readonly limitSeconds: number;
  /** Side of the cells that the network sees as one place, in pixels. */
  readonly cellPx?: number | undefined;
}

/** Time and memory of what comes after the steps. */
export interface ImagesPoint {
  readonly images: number;
  readonly threads: number;
  readonly stepsSeconds: number;
  readonly fittingSeconds: number;
  readonly calibratingSeconds: number;
  /** Pictures that went through the network while fitting, and while calibrating. */
  readonly fittingPictures: number;
  readonly calibratingPictures: number;
  /** One picture's network at the rate of a large matrix product. */
  readonly limitSecondsPerPicture: number;
  readonly peakBytes: number;
  /** The pictures alone, a byte for each channel of each pixel. */
  readonly pictureBytes: number;
}

/** Everything measured; a part that was not measured is absent. */
export interface GrowthFigures {
  readonly machine: { readonly processor: string; readonly cores: number; readonly runtime: string };
  /** 10⁹ multiplications and additions a second of a large matrix product, by threads, as measured beside each part. */
  readonly gemm?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly side?: readonly GrowthPoint[];
  readonly width?: readonly GrowthPoint[];
  readonly batch?: readonly GrowthPoint[];
  readonly score?: readonly GrowthPoint[];
  readonly scoreBatch?: readonly GrowthPoint[];
  readonly images?: readonly ImagesPoint[];
}

/** The part of the limit's rate that was reached, in [0, 1] but for noise. */
export function shareOfLimit({ seconds, limitSeconds }: GrowthPoint): number {
  return limitSeconds / seconds;
}

/**
 * Exponent k of seconds = c · value^k that fits best on logarithmic axes (least squares).
 *
 * @param points - At least two, with different values.
 */
export function growthExponent(points: readonly Pick<GrowthPoint, "value" | "seconds">[]): number {
  const logs = points.map(({ value, seconds }) => [Math.log(value), Math.log(seconds)] as const);
  const mean = (place: 0 | 1) => logs.reduce((sum, log) => sum + log[place], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const sum = (term: (x: number, y: number) => number) =>
    logs.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
  return sum((x, y) => x * y) / sum((x) => x * x);
}
