/** Image resizing by factors: ONNX Resize (opset 18), nearest by whole ones and linear with antialiasing. */
import { ShapeError } from "../../base/errors.ts";
import { at, defineOp, single } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
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

/** Operands: x, (no roi), scales. Triangle filter, widened when shrinking, to extents that follow from those of x; the border repeats outside. */
const scaleLinearOp = defineOp<{ mode: string; antialias: number; coordinate_transformation_mode: string }>({
  type: "Resize",
  attributes: { mode: "string", antialias: "int", coordinate_transformation_mode: "string" },
  infer: (inputs) => {
    const { dtype, shape } = at(inputs, 0);
    return [{ dtype, shape: shape.map((dim, i) => (i < 2 ? dim : `scaled ${dim}`)) }];
  },
  evaluate: (inputs) => {
    const scale = at(Array.from(at(inputs, 1).data), 2);
    const x = at(inputs, 0);
    const scaled = (axis: number) => Math.floor(at(x.shape, axis) * scale);
    return [resizeAxis(resizeAxis(x, 3, scaled(3), scale), 2, scaled(2), scale)];
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
 * x resized by a factor both ways, linearly, with the filter widened when shrinking; no gradient. ONNX Runtime has it on the processor only.
 *
 * @param x - float32 [N, C, H, W] of any H and W.
 * @returns float32 [N, C, ⌊H·scale⌋, ⌊W·scale⌋], extents known at run time.
 */
export function scaleLinear(x: Tensor, scale: number): Tensor {
  const scales = constant({ dtype: "float32", shape: [4], data: Float32Array.of(1, 1, scale, scale) });
  const attributes = { mode: "linear", antialias: 1, coordinate_transformation_mode: "half_pixel" };
  return single(scaleLinearOp.apply([x, undefined, scales], attributes));
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

function resizeAxis(x: Reference, axis: number, size: number, scale: number): Reference {
  const extent = at(x.shape, axis);
  const out = referenceZeros(x.shape.map((dim, i) => (i === axis ? size : dim)));
  const inner = x.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = x.data.length / (extent * inner);
  const reach = Math.max(1, 1 / scale);
  for (let place = 0; place < size; place++) {
    const centre = (place + 0.5) / scale - 0.5;
    // What the filter finds outside is the border's value: exclude_outside = 0, the default of ONNX.
    const taps = new Array<number>(extent).fill(0);
    for (let k = Math.floor(centre - reach); k <= Math.ceil(centre + reach); k++) {
      const inside = Math.min(Math.max(k, 0), extent - 1);
      taps[inside] = at(taps, inside) + Math.max(0, 1 - Math.abs(k - centre) / reach);
    }
    const total = taps.reduce((sum, tap) => sum + tap, 0);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < extent; k++) sum += (taps[k] ?? 0) * (x.data[(o * extent + k) * inner + i] ?? 0);
        out.data[(o * size + place) * inner + i] = sum / total;
      }
  }
  return out;
}
