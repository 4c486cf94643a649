/**
 * Convolution and its transpose over [N, C, H, W]. Specification: ONNX Conv (opset 11) and ConvTranspose (opset 11).
 *
 * The three gradients are convolutions themselves: of the input, a transposed convolution with the same weight; of the
 * weight, a correlation of input and output gradient; of the bias, a sum.
 */
import { GraphError, ShapeError } from "../../base/errors.ts";
import type { Dim } from "../../base/shape.ts";
import { at, defineOp, sameDType, single } from "../op.ts";
import { constant, formatType, type Tensor, type TensorType } from "../tensor.ts";
import { matmul } from "./contraction.ts";
import { type ConvGeometry, type ConvTransposeGeometry, kernelReach } from "./convolution-geometry.ts";
import { convReference, convTransposeReference } from "./convolution-reference.ts";
import { gather } from "./gather.ts";
import { concat, reshape, transpose } from "./movement.ts";
import { reduceSum } from "./reduction.ts";
import { flip, pad, slice } from "./window.ts";

const convOp = defineOp<ConvGeometry>({
  type: "Conv",
  attributes: { strides: "ints", dilations: "ints", pads: "ints", group: "int" },
  infer: (inputs, geometry) => [inferConv(inputs, geometry)],
  vjp: ({ inputs, outputGradients, attributes, needs }) => {
    const [x, w, g] = [at(inputs, 0), at(inputs, 1), at(outputGradients, 0)];
    requirePlain(attributes, "conv2d");
    return [
      needs[0] ? inputGradient(x, w, g, attributes) : undefined,
      needs[1] ? weightGradient(x, g, w, attributes) : undefined,
      needs[2] ? reduceSum(g, { axes: [0, 2, 3], keepDims: false }) : undefined,
    ];
  },
  evaluate: (inputs, geometry) => [convReference(at(inputs, 0), at(inputs, 1), inputs[2], geometry)],
});

const convTransposeOp = defineOp<ConvTransposeGeometry>({
  type: "ConvTranspose",
  attributes: { strides: "ints", dilations: "ints", pads: "ints", group: "int", output_padding: "ints" },
  infer: (inputs, geometry) => [inferConvTranspose(inputs, geometry)],
  vjp: ({ inputs, outputGradients, attributes, needs }) => {
    const [x, w, g] = [at(inputs, 0), at(inputs, 1), at(outputGradients, 0)];
    requirePlain(attributes, "convTranspose2d");
    const { strides, pads, group } = attributes;
    return [
      needs[0] ? single(convOp.apply([g, w], { strides, pads, group })) : undefined,
      needs[1] ? weightGradient(g, x, w, { strides, pads, group }) : undefined,
      needs[2] ? reduceSum(g, { axes: [0, 2, 3], keepDims: false }) : undefined,
    ];
  },
  evaluate: (inputs, geometry) => [convTransposeReference(at(inputs, 0), at(inputs, 1), inputs[2], geometry)],
});

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  readonly bias?: Tensor | undefined;
  /** Step of the window, the same both ways. Default 1. */
  readonly stride?: number;
  /** Zeros around the image, the same on all sides. Default 0. */
  readonly padding?: number;
  /** Distance between taps of the kernel, the same both ways. Default 1; others have no gradient. */
  readonly dilation?: number;
  /** Channels are convolved in so many separate groups. Default 1; others have no gradient. */
  readonly groups?: number;
}

/**
 * 2-D convolution (cross-correlation, as in every deep learning library).
 *
 * @param x - float32 [N, C, H, W].
 * @param weight - float32 [O, C / groups, kernelHeight, kernelWidth]; `bias` is [O].
 * @returns float32 [N, O, (H + 2p - d·(kh - 1) - 1) / s + 1, (W + 2p - d·(kw - 1) - 1) / s + 1], rounded down.
 * @throws {ShapeError} E_SHAPE if the channels do not fit, or the kernel does not fit into the padded image.
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const geometry = {
    strides: [stride, stride],
    ...(dilation !== 1 && { dilations: [dilation, dilation] }),
    pads: [padding, padding, padding, padding],
    group: groups,
  };
  return single(convOp.apply(bias === undefined ? [x, weight] : [x, weight, bias], geometry));
}

/**
 * Transposed 2-D convolution: the gradient of {@link conv2d} with respect to its input.
 *
 * @param x - float32 [N, C, H, W].
 * @param weight - float32 [C, O, kernelHeight, kernelWidth]; `bias` is [O].
 * @param options - `outputPadding`: rows and columns added below and right, less than the stride.
 * @returns float32 [N, O, (H - 1)·s - 2p + kh + outputPadding, ...].
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  options: Omit<Conv2dOptions, "groups" | "dilation"> & { outputPadding?: readonly [number, number] } = {},
): Tensor {
  const { bias, stride = 1, padding = 0, outputPadding = [0, 0] } = options;
  const geometry = {
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    group: 1,
    output_padding: outputPadding,
  };
  return single(convTransposeOp.apply(bias === undefined ? [x, weight] : [x, weight, bias], geometry));
}

function inferConv(inputs: readonly TensorType[], geometry: ConvGeometry): TensorType {
  const { strides, pads, group } = geometry;
  const [x, w, b] = [at(inputs, 0), at(inputs, 1), inputs[2]];
  if (x.shape.length !== 4 || w.shape.length !== 4) {
    throw new ShapeError(
      "E_SHAPE",
      `conv2d: expected x [N, C, H, W] and weight [O, C / groups, kh, kw], got ${formatType(x)} and ${formatType(w)}.`,
    );
  }
  const [channels, outputs] = [at(x.shape, 1), at(w.shape, 0)];
  const expected = Number(at(w.shape, 1)) * group;
  if (channels !== expected || Number(outputs) % group !== 0) {
    throw new ShapeError(
      "E_SHAPE",
      `conv2d: expected x [N, C, H, W] with C = ${expected} (weight.shape[1] x groups = ${at(w.shape, 1)} x ${group}), got x ${formatType(x)} and weight ${formatType(w)}.`,
    );
  }
  if (b !== undefined && (b.shape.length !== 1 || b.shape[0] !== outputs)) {
    throw new ShapeError("E_SHAPE", `conv2d: expected bias [${outputs}], got ${formatType(b)}.`);
  }
  const size = (axis: number): Dim => {
    const extent = at(x.shape, axis);
    if (typeof extent === "string") return extent;
    const room =
      extent + at(pads, axis - 2) + at(pads, axis) - kernelReach(Number(at(w.shape, axis)), geometry, axis);
    if (room < 0) {
      throw new ShapeError(
        "E_SHAPE",
        `conv2d: expected the kernel to fit into the padded image, got x ${formatType(x)}, weight ${formatType(w)} and pads [${pads.join(", ")}]. Pad more.`,
      );
    }
    return Math.floor(room / at(strides, axis - 2)) + 1;
  };
  return { dtype: sameDType(inputs, "conv2d"), shape: [at(x.shape, 0), outputs, size(2), size(3)] };
}

function inferConvTranspose(inputs: readonly TensorType[], geometry: ConvTransposeGeometry): TensorType {
  const [x, w] = [at(inputs, 0), at(inputs, 1)];
  if (x.shape.length !== 4 || w.shape.length !== 4 || x.shape[1] !== w.shape[0]) {
    throw new ShapeError(
      "E_SHAPE",
      `convTranspose2d: expected x [N, C, H, W] and weight [C, O, kh, kw], got ${formatType(x)} and ${formatType(w)}.`,
    );
  }
  const size = (axis: number) =>
    (Number(at(x.shape, axis)) - 1) * at(geometry.strides, axis - 2) -
    at(geometry.pads, axis - 2) -
    at(geometry.pads, axis) +
    Number(at(w.shape, axis)) +
    at(geometry.output_padding, axis - 2);
  return {
    dtype: sameDType(inputs, "convTranspose2d"),
    shape: [at(x.shape, 0), at(w.shape, 1), size(2), size(3)],
  };
}

function requirePlain({ group, dilations = [1, 1] }: ConvGeometry, where: string): void {
  if (group === 1 && dilations.every((step) => step === 1)) return;
  throw new GraphError(
    "E_NO_GRADIENT",
    `${where}: expected groups = 1 and dilation = 1 where a gradient is needed, got ${group} and ${dilations[0]}.`,
  );
}

/**
 * ∂x: with stride 1 a convolution with the weight flipped and its channel axes swapped, else a transposed convolution - also
 * where the padding is wider than the kernel reaches, since ONNX Runtime takes no negative padding.
 */
function inputGradient(x: Tensor, w: Tensor, g: Tensor, geometry: ConvGeometry): Tensor {
  const kernel = w.shape.slice(2).map(Number);
  const { strides, pads } = geometry;
  const back = pads.map((extent, i) => at(kernel, i % 2) - 1 - extent);
  if (strides.every((stride) => stride === 1) && back.every((extent) => extent >= 0)) {
    const swapped = transpose(kernel.every((extent) => extent === 1) ? w : flip(w, [2, 3]), [1, 0, 2, 3]);
    return single(convOp.apply([g, swapped], { strides, pads: back, group: 1 }));
  }
  const output_padding = [2, 3].map((axis) => {
    const reached =
      (Number(at(g.shape, axis)) - 1) * at(strides, axis - 2) -
      at(pads, axis - 2) -
      at(pads, axis) +
      at(kernel, axis - 2);
    return Number(at(x.shape, axis)) - reached;
  });
  return single(convTransposeOp.apply([g, w], { strides, pads, group: 1, output_padding }));
}

/**
 * ∂w, [O, C, kh, kw], as one product over all places of input and output gradient. The input is there once for each column of the
 * kernel, moved to what that column sees; for the kernel's rows the gradient is there as often - or, with a stride, the input too.
 */
function weightGradient(x: Tensor, g: Tensor, w: Tensor, geometry: ConvGeometry): Tensor {
  const [outputs, channels, kh, kw] = w.shape.map(Number) as [number, number, number, number];
  const unit = geometry.strides.every((stride) => stride === 1);
  if (kh === 1 && kw === 1 && unit && geometry.pads.every((extent) => extent === 0)) {
    return reshape(crossProduct(g, x), w.shape);
  }
  if (!unit) {
    const sum = crossProduct(windows(x, g, [kh, kw], geometry), g); // [kw·C·kh, O]
    return transpose(reshape(sum, [kw, channels, kh, outputs]), [3, 1, 2, 0]);
  }
  const sum = crossProduct(...shifted(x, g, [kh, kw], geometry)); // [kw·C, O·kh]
  return transpose(reshape(sum, [kw, channels, outputs, kh]), [2, 1, 3, 0]);
}

/** x [N, kw·C, H, W'] moved along its rows for each column of the kernel, and g [N, O·kh, H, W'] along its columns for each row. */
function shifted(
  x: Tensor,
  g: Tensor,
  [kh, kw]: readonly [number, number],
  { pads }: ConvGeometry,
): [Tensor, Tensor] {
  const [top, left] = [at(pads, 0), at(pads, 1)];
  const [height, width] = x.shape.slice(2).map(Number) as [number, number];
  const [rows, columns] = g.shape.slice(2).map(Number) as [number, number];
  const above = Math.max(0, kh - 1 - top);
  const bordered = pad(g, [0, 0, above, 0], [0, 0, Math.max(0, height + top - rows), 0]);
  const moved = (ky: number) => range(height).map((row) => row - ky + top + above);
  const seen = range(kw).map((kx) => pad(x, [0, 0, 0, left - kx], [0, 0, 0, columns - width - left + kx]));
  return [concat(seen, 1), gatherRows(bordered, range(kh).map(moved))];
}

/** What the kernel sees of x at each place of g, [N, kw·C·kh, rows, columns]. */
function windows(
  x: Tensor,
  g: Tensor,
  [kh, kw]: readonly [number, number],
  { strides, pads }: ConvGeometry,
): Tensor {
  const [rows, columns] = g.shape.slice(2).map(Number) as [number, number];
  const [sy, sx] = [at(strides, 0), at(strides, 1)];
  const padded = pad(x, [0, 0, at(pads, 0), at(pads, 1)], [0, 0, at(pads, 2), at(pads, 3)]);
  const byRow = gatherRows(
    padded,
    range(kh).map((ky) => range(rows).map((row) => ky + row * sy)),
  );
  const ends = (kx: number) => ({ start: kx, end: kx + (columns - 1) * sx + 1, step: sx });
  return concat(
    range(kw).map((kx) => slice(byRow, { axis: 3, ...ends(kx) })),
    1,
  );
}

/** Rows of x [N, C, H, W] in several orders, [N, C·K, rows, W]. */
function gatherRows(x: Tensor, orders: readonly (readonly number[])[]): Tensor {
  const [batch = 1, channels, , width = 1] = x.shape;
  const rows = at(orders, 0).length;
  const data = BigInt64Array.from(orders.flat(), (row) => BigInt(row));
  const indices = constant({ dtype: "int64", shape: [orders.length, rows], data });
  return reshape(gather(x, indices, 2), [batch, Number(channels) * orders.length, rows, width]);
}

/** Σ over the batch and all places of a[n, i, p] · b[n, j, p], as [I, J]. */
function crossProduct(a: Tensor, b: Tensor): Tensor {
  const flat = (x: Tensor) =>
    reshape(x, [at(x.shape, 0), at(x.shape, 1), Number(at(x.shape, 2)) * Number(at(x.shape, 3))]);
  return reduceSum(matmul(flat(a), flat(b), { transposeB: true }), { axes: [0], keepDims: false });
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
