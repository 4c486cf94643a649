/** The meaning of convolutions in float64: nested loops, nothing clever. */
import { at } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { type ConvGeometry, type ConvTransposeGeometry, kernelReach } from "./convolution-geometry.ts";

/** Visits every product of a convolution: output place, input place and weight place. */
function forEachProduct(
  shapes: { x: readonly number[]; w: readonly number[]; y: readonly number[] },
  { strides, pads, group, dilations = [1, 1] }: ConvGeometry,
  visit: (y: number, x: number, w: number) => void,
): void {
  const [batch, channels, height, width] = shapes.x as [number, number, number, number];
  const [outputs, perGroup, kh, kw] = shapes.w as [number, number, number, number];
  const [rows, columns] = shapes.y.slice(2) as [number, number];
  const [sy, sx] = [at(strides, 0), at(strides, 1)];
  const [dy, dx] = [at(dilations, 0), at(dilations, 1)];
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < perGroup; c++) {
        const channel = Math.floor(o / (outputs / group)) * perGroup + c;
        for (let r = 0; r < rows; r++)
          for (let q = 0; q < columns; q++)
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++) {
                const [row, column] = [r * sy + i * dy - at(pads, 0), q * sx + j * dx - at(pads, 1)];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit(
                  ((n * outputs + o) * rows + r) * columns + q,
                  ((n * channels + channel) * height + row) * width + column,
                  ((o * perGroup + c) * kh + i) * kw + j,
                );
              }
      }
}

/** y = conv(x, w) + b. */
export function convReference(
  x: Reference,
  w: Reference,
  b: Reference | undefined,
  geometry: ConvGeometry,
): Reference {
  const size = (axis: number) =>
    Math.floor(
      (at(x.shape, axis) +
        at(geometry.pads, axis - 2) +
        at(geometry.pads, axis) -
        kernelReach(at(w.shape, axis), geometry, axis)) /
        at(geometry.strides, axis - 2),
    ) + 1;
  const y = biased([at(x.shape, 0), at(w.shape, 0), size(2), size(3)], b);
  forEachProduct({ x: x.shape, w: w.shape, y: y.shape }, geometry, (o, i, k) => {
    y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (w.data[k] ?? 0);
  });
  return y;
}

/** The transpose of {@link convReference} with respect to x: what a convolution gathers, this scatters. */
export function convTransposeReference(
  x: Reference,
  w: Reference,
  b: Reference | undefined,
  geometry: ConvTransposeGeometry,
): Reference {
  const size = (axis: number) =>
    (at(x.shape, axis) - 1) * at(geometry.strides, axis - 2) -
    at(geometry.pads, axis - 2) -
    at(geometry.pads, axis) +
    at(w.shape, axis) +
    at(geometry.output_padding, axis - 2);
  const y = biased([at(x.shape, 0), at(w.shape, 1), size(2), size(3)], b);
  forEachProduct({ x: y.shape, w: w.shape, y: x.shape }, geometry, (i, o, k) => {
    y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (w.data[k] ?? 0);
  });
  return y;
}

function biased(shape: readonly number[], b: Reference | undefined): Reference {
  const y = referenceZeros(shape);
  if (b === undefined) return y;
  const plane = at(shape, 2) * at(shape, 3);
  y.data.forEach((_, i) => {
    y.data[i] = b.data[Math.floor(i / plane) % at(shape, 1)] ?? 0;
  });
  return y;
}
