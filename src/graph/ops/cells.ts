/** Images cut into square cells whose pixels become channels, and back. */
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
  const split = reshape(x, [batch, channels, rows, cell, columns, cell]);
  return reshape(transpose(split, [0, 1, 3, 5, 2, 4]), [batch, Number(channels) * cell ** 2, rows, columns]);
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
  const split = reshape(x, [batch, outputs, cell, cell, height, width]);
  const extents = [batch, outputs, Number(height) * cell, Number(width) * cell];
  return reshape(transpose(split, [0, 1, 4, 2, 5, 3]), extents);
}
