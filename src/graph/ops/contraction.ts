/** Matrix products. Specification: ONNX MatMul (opset 13). */
import { ShapeError } from "../../base/errors.ts";
import { broadcastShapes, type Dim } from "../../base/shape.ts";
import { at, defineOp, sameDType, single } from "../op.ts";
import { broadcastReference, type Reference, referenceZeros } from "../reference-array.ts";
import { formatType, scalar, type Tensor, type TensorType } from "../tensor.ts";
import { mul } from "./elementwise.ts";
import { transpose } from "./movement.ts";

interface MatMulAttributes {
  readonly alpha: number;
  readonly transA: number;
  readonly transB: number;
  readonly [key: string]: number;
}

const plain: MatMulAttributes = { alpha: 1, transA: 0, transB: 0 };

const matMulOp = defineOp<Record<never, never>>({
  type: "MatMul",
  attributes: {},
  infer: (inputs) => inferMatMul(inputs, plain),
  evaluate: (inputs) => [matMulReference(at(inputs, 0), at(inputs, 1), plain)],
});

/** A product that transposes and scales on the fly: ONNX Runtime fuses the operators it is lowered to where it has a kernel. */
const scaledMatMulOp = defineOp<MatMulAttributes>({
  type: "radar.MatMul",
  attributes: { alpha: "float", transA: "int", transB: "int" },
  infer: inferMatMul,
  vjp: ({ inputs, outputGradients, attributes, needs }) =>
    matMulVjp(inputs, at(outputGradients, 0), attributes, needs),
  lower: (inputs, attributes) => [product(at(inputs, 0), at(inputs, 1), attributes)],
  evaluate: (inputs, attributes) => [matMulReference(at(inputs, 0), at(inputs, 1), attributes)],
});

/**
 * Batched matrix product α·op(a)·op(b) over the last two axes; leading axes broadcast.
 *
 * @param a - float32 [..., M, K], or [..., K, M] with `transposeA`.
 * @param b - float32 [..., K, L], or [..., L, K] with `transposeB`.
 * @returns float32 [..., M, L].
 * @throws {ShapeError} E_SHAPE if the inner extents differ.
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: { transposeA?: boolean; transposeB?: boolean; alpha?: number } = {},
): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const attributes = { alpha, transA: Number(transposeA), transB: Number(transposeB) };
  return single(scaledMatMulOp.apply([a, b], attributes));
}

/** The product in operators of ONNX; it has no gradient. */
export function product(a: Tensor, b: Tensor, { alpha, transA, transB }: MatMulAttributes): Tensor {
  const [left, right] = [transA === 1 ? swapped(a) : a, transB === 1 ? swapped(b) : b];
  const plainProduct = single(matMulOp.apply([left, right], {}));
  return alpha === 1 ? plainProduct : mul(plainProduct, scalar(alpha));
}

/** The last two axes exchanged. */
function swapped(x: Tensor): Tensor {
  const rank = x.shape.length;
  return transpose(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
}

function inferMatMul(inputs: readonly TensorType[], attributes: MatMulAttributes): TensorType[] {
  const [a, b] = [at(inputs, 0), at(inputs, 1)];
  const [m, k] = matrixOf(a, attributes.transA);
  const [inner, columns] = matrixOf(b, attributes.transB);
  if (k !== inner) {
    throw new ShapeError(
      "E_SHAPE",
      `matmul: expected equal inner extents, got ${k} and ${inner} in ${formatType(a)} and ${formatType(b)}.`,
    );
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul");
  return [{ dtype: sameDType(inputs, "matmul"), shape: [...batch, m, columns] }];
}

function matrixOf(x: TensorType, transposed: number): [Dim, Dim] {
  const [rows, columns] = [x.shape.at(-2), x.shape.at(-1)];
  if (rows === undefined || columns === undefined) {
    throw new ShapeError("E_SHAPE", `matmul: expected operands of rank >= 2, got ${formatType(x)}.`);
  }
  return transposed === 1 ? [columns, rows] : [rows, columns];
}

function matMulVjp(
  inputs: readonly Tensor[],
  g: Tensor,
  { alpha, transA, transB }: MatMulAttributes,
  needs: readonly boolean[],
): (Tensor | undefined)[] {
  const [a, b] = [at(inputs, 0), at(inputs, 1)];
  const [tA, tB] = [transA === 1, transB === 1];
  const gradientA = () =>
    tA ? matmul(b, g, { transposeA: tB, transposeB: true, alpha }) : matmul(g, b, { transposeB: !tB, alpha });
  const gradientB = () =>
    tB ? matmul(g, a, { transposeA: true, transposeB: tA, alpha }) : matmul(a, g, { transposeA: !tA, alpha });
  return [needs[0] ? gradientA() : undefined, needs[1] ? gradientB() : undefined];
}

/** α·op(a)·op(b) in float64. */
export function matMulReference(
  a: Reference,
  b: Reference,
  { alpha, transA, transB }: MatMulAttributes,
): Reference {
  const [m, k] = matrixOf(a, transA).map(Number) as [number, number];
  const n = Number(matrixOf(b, transB)[1]);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul").map(Number);
  const left = broadcastReference(a, [...batch, ...a.shape.slice(-2)]).data;
  const right = broadcastReference(b, [...batch, ...b.shape.slice(-2)]).data;
  const out = referenceZeros([...batch, m, n]);
  const [rowA, innerA] = transA === 1 ? [1, m] : [k, 1];
  const [innerB, columnB] = transB === 1 ? [1, k] : [n, 1];
  for (let o = 0; o < out.data.length; o++) {
    const item = Math.floor(o / (m * n));
    const startA = item * m * k + (Math.floor(o / n) % m) * rowA;
    const startB = item * k * n + (o % n) * columnB;
    let sum = 0;
    for (let i = 0; i < k; i++) sum += (left[startA + i * innerA] ?? 0) * (right[startB + i * innerB] ?? 0);
    out.data[o] = alpha * sum;
  }
  return out;
}
