/**
 * Images cut into square cells whose pixels become channels, and back. Two transpositions, first one axis and then the other, are
 * twice as fast in ONNX Runtime on a CPU as one of both (64 images [32, 64, 64]: 10 ms in place of 25).
 */
import { ShapeError } from "../../base/errors.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { reshape, transpose } from "./movement.ts";

/**
 * The pixels of each cell as channels (ONNX SpaceToDepth, channel-major as PyTorch's pixel_unshuffle).
 *
 * @param x - float32 [N, C, H, W]; H and W divisible by `cell`.
 * @param cell - Side of a cell in pixels, integer >= 1.
 * @returns float32 [N, C·cell², H / cell, W / cell].
 * @throws {ShapeError} E_SHAPE if H or W is not divisible.
 */
export function spaceToDepth(x: Tensor, cell: number): Tensor {
  if (cell === 1) return x;
  const [batch = "N", channels = 0, height = 0, width = 0] = x.shape;
  const [rows, columns] = [Number(height) / cell, Number(width) / cell];
  if (x.shape.length !== 4 || !Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw new ShapeError(
      "E_SHAPE",
      `spaceToDepth: expected x [N, C, H, W] with H and W divisible by ${cell}, got ${formatType(x)}.`,
    );
  }
  const bands = transpose(reshape(x, [batch, channels, rows, cell, width]), [0, 1, 3, 2, 4]);
  const pixels = transpose(
    reshape(bands, [batch, Number(channels) * cell, rows * columns, cell]),
    [0, 1, 3, 2],
  );
  return reshape(pixels, [batch, Number(channels) * cell ** 2, rows, columns]);
}

/**
 * The inverse of {@link spaceToDepth}.
 *
 * @param x - float32 [N, C·cell², H, W].
 * @returns float32 [N, C, H·cell, W·cell].
 * @throws {ShapeError} E_SHAPE if the channels are not divisible by cell².
 */
export function depthToSpace(x: Tensor, cell: number): Tensor {
  if (cell === 1) return x;
  const [batch = "N", channels = 0, height = 0, width = 0] = x.shape;
  const outputs = Number(channels) / cell ** 2;
  if (x.shape.length !== 4 || !Number.isInteger(outputs)) {
    throw new ShapeError(
      "E_SHAPE",
      `depthToSpace: expected x [N, C, H, W] with C divisible by ${cell ** 2}, got ${formatType(x)}.`,
    );
  }
  const [rows, columns] = [Number(height), Number(width)];
  const pixels = transpose(reshape(x, [batch, outputs * cell, cell, rows * columns]), [0, 1, 3, 2]);
  const bands = transpose(reshape(pixels, [batch, outputs, cell, rows, columns * cell]), [0, 1, 3, 2, 4]);
  return reshape(bands, [batch, outputs, rows * cell, columns * cell]);
}
