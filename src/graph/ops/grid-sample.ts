/** Reading a picture at any places: ONNX GridSample (opset 16), linear between pixels or at the nearest one. */
import { ShapeError } from "../../base/errors.ts";
import { at, defineOp, sameDType, single } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";

type Outside = "border" | "zeros";
type Between = "linear" | "nearest";

const gridSampleOp = defineOp<{ mode: string; padding_mode: string; align_corners: number }>({
  type: "GridSample",
  attributes: { mode: "string", padding_mode: "string", align_corners: "int" },
  infer: (inputs) => [inferSample(at(inputs, 0), at(inputs, 1))],
  evaluate: (inputs, { mode, padding_mode }) => [
    sampleReference(at(inputs, 0), at(inputs, 1), {
      outside: padding_mode === "zeros" ? "zeros" : "border",
      between: mode === "nearest" ? "nearest" : "linear",
    }),
  ],
});

/**
 * Values of x at the places of a grid.
 *
 * @param x - float32 [N, C, H, W]; no gradient.
 * @param grid - float32 [N, h, w, 2]: horizontal and vertical place, -1 and 1 at the outer edges of the outer pixels.
 * @param outside - What lies beyond the edge: its nearest pixel, or zeros.
 * @param between - Linear between the four nearest pixels (default), or the nearest one.
 * @returns float32 [N, C, h, w].
 * @throws {ShapeError} E_SHAPE or E_DTYPE if the operands do not fit.
 */
export function gridSample(
  x: Tensor,
  grid: Tensor,
  outside: "border" | "zeros",
  between: "linear" | "nearest" = "linear",
): Tensor {
  const mode = between === "linear" ? "bilinear" : between;
  const attributes = { mode, padding_mode: outside, align_corners: 0 };
  return single(gridSampleOp.apply([x, grid], attributes));
}

function inferSample(x: TensorType, grid: TensorType): TensorType {
  const dtype = sameDType([x, grid], "gridSample");
  if (x.shape.length !== 4 || grid.shape.length !== 4 || grid.shape[3] !== 2) {
    throw new ShapeError(
      "E_SHAPE",
      `gridSample: expected x [N, C, H, W] and grid [N, h, w, 2], got ${formatType(x)} and ${formatType(grid)}.`,
    );
  }
  return { dtype, shape: [at(x.shape, 0), at(x.shape, 1), at(grid.shape, 1), at(grid.shape, 2)] };
}

function sampleReference(
  x: Reference,
  grid: Reference,
  { outside, between }: { readonly outside: Outside; readonly between: Between },
): Reference {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [, rows, columns] = grid.shape as [number, number, number];
  const out = referenceZeros([batch, channels, rows, columns]);
  const places = rows * columns;
  const pixel = (plane: number, row: number, column: number): number => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    if (!isInside && outside === "zeros") return 0;
    const [y, x0] = [Math.min(Math.max(row, 0), height - 1), Math.min(Math.max(column, 0), width - 1)];
    return x.data[(plane * height + y) * width + x0] ?? 0;
  };
  out.data.forEach((_, i) => {
    const [plane, place] = [Math.floor(i / places), i % places];
    const start = (Math.floor(plane / channels) * places + place) * 2;
    const column = (((grid.data[start] ?? 0) + 1) * width - 1) / 2;
    const row = (((grid.data[start + 1] ?? 0) + 1) * height - 1) / 2;
    if (between === "nearest") {
      out.data[i] = pixel(plane, Math.round(row), Math.round(column));
      return;
    }
    const [left, top] = [Math.floor(column), Math.floor(row)];
    const [u, v] = [column - left, row - top];
    const upper = (1 - u) * pixel(plane, top, left) + u * pixel(plane, top, left + 1);
    const lower = (1 - u) * pixel(plane, top + 1, left) + u * pixel(plane, top + 1, left + 1);
    out.data[i] = (1 - v) * upper + v * lower;
  });
  return out;
}
