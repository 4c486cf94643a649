/** Image resizing by whole factors: ONNX Resize (opset 18), nearest, and means over cells. */
import { ShapeError } from "../../base/errors.ts";
import { at, defineOp, single } from "../op.ts";
import { referenceZeros } from "../reference-array.ts";
import { constant, formatType, scalar, type Tensor } from "../tensor.ts";
import { mul } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { reduceSum } from "./reduction.ts";

/** Operands: x, (no roi), scales. Nearest neighbour by whole factors. */
const upsampleOp = defineOp<{ mode: string; coordinate_transformation_mode: string; nearest_mode: string }>({
  type: "Resize",
  attributes: { mode: "string", coordinate_transformation_mode: "string", nearest_mode: "string" },
  infer: (inputs, _, operands) => {
    const x = at(inputs, 0);
    const scale = factorOf(at(operands, 1));
    return [{ dtype: x.dtype, shape: x.shape.map((dim, i) => (i < 2 ? dim : Number(dim) * scale)) }];
  },
  vjp: ({ inputs, outputGradients }) => {
    const x = at(inputs, 0);
    const scale = factorOf(at(inputs, 1));
    const [batch, channels, height, width] = x.shape.map(Number) as [number, number, number, number];
    const cells = reshape(at(outputGradients, 0), [batch * channels, height, scale, width, scale]);
    return [reshape(reduceSum(cells, { axes: [2, 4], keepDims: false }), x.shape), undefined];
  },
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    const scale = at(Array.from(at(inputs, 1).data), 2);
    const [height, width] = x.shape.slice(2) as [number, number];
    const out = referenceZeros([...x.shape.slice(0, 2), height * scale, width * scale]);
    out.data.forEach((_, i) => {
      const [column, row] = [i % (width * scale), Math.floor(i / (width * scale)) % (height * scale)];
      const plane = Math.floor(i / (width * scale * height * scale));
      out.data[i] =
        x.data[(plane * height + Math.floor(row / scale)) * width + Math.floor(column / scale)] ?? 0;
    });
    return [out];
  },
});

/**
 * Each pixel repeated `scale` times both ways.
 *
 * @param x - float32 [N, C, H, W].
 * @returns float32 [N, C, H·scale, W·scale].
 * @throws {ShapeError} E_SHAPE if x is of another rank or `scale` no such number.
 */
export function upsampleNearest(x: Tensor, scale: number): Tensor {
  if (x.shape.length !== 4 || !Number.isInteger(scale) || scale < 1) {
    throw new ShapeError(
      "E_SHAPE",
      `upsampleNearest: expected x [N, C, H, W] and a whole scale >= 1, got ${formatType(x)} and ${scale}.`,
    );
  }
  const scales = constant({ dtype: "float32", shape: [4], data: Float32Array.of(1, 1, scale, scale) });
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return single(upsampleOp.apply([x, undefined, scales], attributes));
}

/**
 * Mean over square cells of `scale` pixels: float32 [N, C, H, W] to [N, C, H / scale, W / scale].
 *
 * @throws {ShapeError} E_SHAPE if H or W is not divisible.
 */
export function averageCells(x: Tensor, scale: number): Tensor {
  if (x.shape.length !== 4 || x.shape.slice(2).some((extent) => Number(extent) % scale !== 0)) {
    throw new ShapeError(
      "E_SHAPE",
      `averageCells: expected x [N, C, H, W] with H and W divisible by ${scale}, got ${formatType(x)}.`,
    );
  }
  const [height, width] = x.shape.slice(2).map(Number) as [number, number];
  const cells = reshape(x, [at(x.shape, 0), at(x.shape, 1), height / scale, scale, width / scale, scale]);
  return mul(reduceSum(cells, { axes: [3, 5], keepDims: false }), scalar(1 / scale ** 2));
}

function factorOf(scales: Tensor): number {
  if (scales.producer.kind !== "constant")
    throw new ShapeError("E_SHAPE", "upsampleNearest: expected constant scales.");
  return at(Array.from(scales.producer.value.data, Number), 2);
}
