/** Geometry of a convolution; `pads` are [top, left, bottom, right]. */
export interface ConvGeometry {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
  readonly [key: string]: readonly number[] | number;
}

/** Geometry of a transposed convolution; `output_padding` adds rows below and columns on the right. */
export interface ConvTransposeGeometry extends ConvGeometry {
  readonly output_padding: readonly number[];
}
