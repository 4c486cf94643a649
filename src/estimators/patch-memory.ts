/** Remembered patches, and how far others are from the nearest of them. */
import {
  add,
  constant,
  matmul,
  max,
  mul,
  reduceMin,
  reduceSumSquare,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";

/** Features of patches that are remembered. */
export interface PatchMemory {
  /** Their mean, float32 [D]: it is taken off all features, so that products keep their digits. */
  readonly center: Float32Array;
  /** The patches without it, float32 [M, D]. */
  readonly patches: Float32Array;
}

/**
 * @param rows - Features of the patches to remember, float32 [M, D].
 * @param count - M >= 1.
 */
export function patchMemory(rows: Float32Array, count: number): PatchMemory {
  const dimensions = rows.length / count;
  const sums = new Float64Array(dimensions);
  rows.forEach((value, i) => {
    sums[i % dimensions] = (sums[i % dimensions] ?? 0) + value;
  });
  const center = Float32Array.from(sums, (sum) => sum / count);
  return { center, patches: rows.map((value, i) => value - (center[i % dimensions] ?? 0)) };
}

/**
 * Distance of each patch to the nearest remembered one: min over m of ‖f - m‖, from ‖f‖² - 2·f·m + ‖m‖².
 *
 * @param rows - f, float32 [N, P, D].
 * @returns float32 [N, P], >= 0.
 */
export function nearestDistances(rows: Tensor, { center, patches }: PatchMemory): Tensor {
  const dimensions = center.length;
  const count = patches.length / dimensions;
  const squares = Float32Array.from({ length: count }, (_, row) =>
    patches.subarray(row * dimensions, (row + 1) * dimensions).reduce((sum, value) => sum + value * value, 0),
  );
  const deviation = sub(rows, constant({ dtype: "float32", shape: [dimensions], data: center }));
  const memory = constant({ dtype: "float32", shape: [count, dimensions], data: patches });
  const products = matmul(deviation, memory, { transposeB: true });
  const others = constant({ dtype: "float32", shape: [count], data: squares });
  const least = reduceMin(sub(others, mul(products, scalar(2))), { axes: [2], keepDims: false });
  const squared = add(reduceSumSquare(deviation, { axes: [2], keepDims: false }), least);
  return sqrt(max(squared, scalar(0)));
}
