/** Geometry of a convolution; `pads` are [top, left, bottom, right]. */
export interface ConvGeometry {
  readonly strides: readonly number[];
  /** Distances between the taps of the kernel down and to the right. Absent: 1. */
  readonly dilations?: readonly number[] | undefined;
  readonly pads: readonly number[];
  readonly group: number;
  readonly [key: string]: readonly number[] | number | undefined;
}

/** Geometry of a transposed convolution; `output_padding` adds rows below and columns on the right. */
export interface ConvTransposeGeometry extends ConvGeometry {
  readonly output_padding: readonly number[];
}

/** Extent of a kernel of so many taps on `axis` 2 (down) or 3 (right) of what it is laid on. */
export function kernelReach(taps: number, { dilations }: ConvGeometry, axis: number): number {
  return (taps - 1) * (dilations?.[axis - 2] ?? 1) + 1;
}
