/** A convolution of an image at twice its resolution, computed at its own: 16 products a pixel and channel in place of 36. */
import { ShapeError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { constant, formatType, type Tensor } from "../tensor.ts";
import { depthToSpace } from "./cells.ts";
import { matmul } from "./contraction.ts";
import { conv2d } from "./convolution.ts";
import { expand, reshape, transpose } from "./movement.ts";
import { sliceAxes } from "./window.ts";

/**
 * Which taps of a row of three fall on the same pixel: for odd and even places of the large image, the left and the right
 * pixel that they see.
 */
const shares = [
  [1, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
  [0, 1, 1],
] as const;

/**
 * `conv2d(upsampleNearest(x, 2), weight, { bias, padding: 1 })`, in fewer operations.
 *
 * Each of the four pixels that one becomes sees two by two different ones through the 3×3 window, and taps that see the same one
 * are added beforehand: four convolutions of 2×2, here as one with four times the channels, whose outputs are then interleaved.
 *
 * @param x - float32 [N, C, H, W].
 * @param weight - float32 [O, C, 3, 3]; `bias` is [O].
 * @returns float32 [N, O, 2H, 2W].
 * @throws {ShapeError} E_SHAPE if the weight is of another size, or the channels do not fit.
 * @see Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?", arXiv:1609.07009
 */
export function upsampleConv2d(
  x: Tensor,
  weight: Tensor,
  options: { bias?: Tensor | undefined } = {},
): Tensor {
  const [outputs = 1, channels = 1, ...kernel] = weight.shape.map(Number);
  if (weight.shape.length !== 4 || kernel.some((extent) => extent !== 3)) {
    throw new ShapeError(
      "E_SHAPE",
      `upsampleConv2d: expected weight [O, C, 3, 3], got ${formatType(weight)}.`,
    );
  }
  const added = matmul(reshape(weight, [outputs * channels, 9]), phaseTaps()); // [O·C, phases · 2 · 2]
  const byPhase = transpose(reshape(added, [outputs, channels, 4, 4]), [0, 2, 1, 3]);
  const bias =
    options.bias && reshape(expand(reshape(options.bias, [outputs, 1]), [outputs, 4]), [4 * outputs]);
  const phases = conv2d(x, reshape(byPhase, [4 * outputs, channels, 2, 2]), { bias, padding: 1 });
  const [rows, columns] = phases.shape.slice(2).map(Number) as [number, number];
  return sliceAxes(depthToSpace(phases, 2), [
    { axis: 2, start: 1, end: 2 * rows - 1 },
    { axis: 3, start: 1, end: 2 * columns - 1 },
  ]);
}

/** float32 [9, 16]: in which of the 2×2 taps of each of the four phases a tap of the 3×3 weight counts. */
function phaseTaps(): Tensor {
  const taps: number[] = [];
  for (let ky = 0; ky < 3; ky++)
    for (let kx = 0; kx < 3; kx++)
      for (const py of [0, 2])
        for (const px of [0, 2])
          for (const dy of [0, 1])
            for (const dx of [0, 1]) taps.push((shares[py + dy]?.[ky] ?? 0) * (shares[px + dx]?.[kx] ?? 0));
  const shape = [9, 16];
  return constant({
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => taps[i] ?? 0),
  });
}
