/** Shapes and dtypes of tensors: sizes, strides, broadcasting. */
import { ShapeError } from "./errors.ts";

/** Element types that the graph builder knows; names as in NumPy. */
export type DType = "float32" | "int64" | "int32" | "uint8" | "bool";

/** One extent: a number of elements, or the name of one known only at run time (ONNX `dim_param`), e.g. "N". */
export type Dim = number | string;

/** Extents, outermost first; `[]` is a scalar. */
export type Shape = readonly Dim[];

/** Text of a typed shape for messages: `float32[8, 3, 32, 32]`. */
export function formatTensor(dtype: DType, shape: Shape): string {
  return `${dtype}[${shape.join(", ")}]`;
}

/** Whether two shapes are equal, names included. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * Number of elements of a shape whose extents are all numbers.
 *
 * @throws {ShapeError} E_SHAPE if an extent is a name.
 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= fixed(dim, "sizeOf", shape);
  return size;
}

/** All extents as numbers. @throws {ShapeError} E_SHAPE if one is a name. */
export function fixedShape(shape: Shape, where: string): number[] {
  return shape.map((dim) => fixed(dim, where, shape));
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

/**
 * The shape two operands broadcast to (NumPy's rule: align right, 1 stretches).
 *
 * @throws {ShapeError} E_SHAPE naming both shapes.
 */
export function broadcastShapes(a: Shape, b: Shape, where: string): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new ShapeError(
      "E_SHAPE",
      `${where}: expected shapes that broadcast (equal extents or 1, aligned right), got [${a.join(", ")}] and [${b.join(", ")}].`,
    );
  });
}

/** `axis` counted from the front. @throws {ShapeError} E_SHAPE if out of range. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    throw new ShapeError(
      "E_SHAPE",
      `${where}: expected an axis in [${-rank}, ${rank - 1}] for rank ${rank}, got ${axis}.`,
    );
  }
  return index;
}

function fixed(dim: Dim, where: string, shape: Shape): number {
  if (typeof dim === "number") return dim;
  throw new ShapeError(
    "E_SHAPE",
    `${where}: expected extents known when the graph is built, got [${shape.join(", ")}] with the run-time extent ${dim}.`,
  );
}
