/**
 * Convolution and its transpose over [N, C, H, W]. Specification: ONNX Conv (opset 11) and ConvTranspose (opset 11).
 *
 * The three gradients are convolutions themselves: of the input, a transposed convolution with the same weight; of the
 * weight, a correlation of input and output gradient; of the bias, a sum.
 */
import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Dim, sizeOf } from "../../base/shape.ts";
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
 * ∂w, [O, C, kh, kw], as one product over all places of input and output gradient. Of these, what has fewer channels is there once for each
 * column of the kernel, moved to where the other meets it, and the other once for each row: rows are copied in one piece. With a stride,
 * the input is there for both.
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
  const [top, left] = [at(geometry.pads, 0), at(geometry.pads, 1)];
  const [height, width] = x.shape.slice(2).map(Number) as [number, number];
  const [rows, columns] = g.shape.slice(2).map(Number) as [number, number];
  if (channels <= outputs) {
    const byRow = movedRows(g, height, { by: range(kh).map((ky) => top - ky) });
    const byColumn = movedColumns(x, columns, { by: range(kw).map((kx) => kx - left) });
    return transpose(reshape(crossProduct(byRow, byColumn), [outputs, kh, kw, channels]), [0, 3, 1, 2]);
  }
  const byRow = movedRows(x, rows, { by: range(kh).map((ky) => ky - top) });
  const byColumn = movedColumns(g, width, { by: range(kw).map((kx) => left - kx) });
  return transpose(reshape(crossProduct(byRow, byColumn), [channels, kh, kw, outputs]), [3, 0, 1, 2]);
}

/** Rows r + by[k] of x [N, C, H, W] for all r below `rows`, [N, C·K, rows·W]; beyond x they are zeros. */
function movedRows(x: Tensor, rows: number, { by }: { by: readonly number[] }): Tensor {
  const above = Math.max(0, -Math.min(...by));
  const below = Math.max(0, rows + Math.max(...by) - Number(at(x.shape, 2)));
  const moved = gatherRows(
    pad(x, [0, 0, above, 0], [0, 0, below, 0]),
    by.map((offset) => range(rows).map((row) => row + offset + above)),
  );
  return flat(moved, Number(at(x.shape, 1)) * by.length);
}

/** Columns c + by[k] of x [N, C, H, W] for all c below `columns`, [N, K·C, H, columns]; beyond x they are zeros. */
function movedColumns(x: Tensor, columns: number, { by }: { by: readonly number[] }): Tensor {
  const width = Number(at(x.shape, 3));
  return concat(
    by.map((offset) => pad(x, [0, 0, 0, -offset], [0, 0, 0, columns - width + offset])),
    1,
  );
}

/** What the kernel sees of x at each place of g, [N, kw·C·kh, rows·columns]. */
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
  const seen = range(kw).map((kx) => slice(byRow, { axis: 4, ...ends(kx) }));
  return flat(concat(seen, 1), kw * Number(at(x.shape, 1)) * kh);
}

/** Rows of x [N, C, H, W] in several orders, [N, C, K, rows, W]. */
function gatherRows(x: Tensor, orders: readonly (readonly number[])[]): Tensor {
  const data = BigInt64Array.from(orders.flat(), (row) => BigInt(row));
  const shape = [orders.length, at(orders, 0).length];
  return gather(x, constant({ dtype: "int64", shape, data }), 2);
}

/** Σ over the batch and all places of a[n, i, p] · b[n, j, p], as [I, J]; places may be several axes. */
function crossProduct(a: Tensor, b: Tensor): Tensor {
  const [left, right] = [a, b].map((x) => flat(x, Number(at(x.shape, 1)))) as [Tensor, Tensor];
  return sumOverBatch(matmul(left, right, { transposeB: true }));
}

/** x [N, ...] as [N, channels, ...the rest as one axis]. */
function flat(x: Tensor, channels: number): Tensor {
  const [batch = 1, ...extents] = x.shape;
  return reshape(x, [batch, channels, sizeOf(extents) / channels]);
}

/** From how many values on, those of the whole batch, a product with ones sums them: ReduceSum takes six times as long on a CPU (ours). */
const fewestMultiplied = 2 ** 19;

/** Σ over the batch of x [N, I, J]. */
function sumOverBatch(x: Tensor): Tensor {
  const [batch, ...extents] = x.shape;
  if (typeof batch !== "number" || sizeOf(x.shape) < fewestMultiplied)
    return reduceSum(x, { axes: [0], keepDims: false });
  const ones = constant({ dtype: "float32", shape: [1, batch], data: new Float32Array(batch).fill(1) });
  return reshape(matmul(ones, reshape(x, [batch, sizeOf(extents)])), extents);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
