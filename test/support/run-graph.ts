/** Running a graph in ONNX Runtime and in the reference evaluator on the same values. */
import type { NdArray } from "../../src/base/array.ts";
import type { DType } from "../../src/base/shape.ts";
import type { Graph } from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import type { Backend } from "../../src/runtime/backend.ts";

/** Float64 values of a shape. */
export function reference(
  shape: readonly number[],
  values: ArrayLike<number>,
  dtype: DType = "float32",
): Reference {
  return { dtype, shape, data: Float64Array.from(values) };
}

/** Reference values as a backend takes them. */
export function hostArray({ dtype, shape, data }: Reference): NdArray {
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: Float32Array.from(data) };
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(data) };
    case "uint8":
    case "bool":
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}

/** Encodes, loads, runs once and disposes. */
export async function runOnce(
  backend: Backend,
  graph: Graph,
  feeds: Readonly<Record<string, Reference>>,
): Promise<Record<string, NdArray>> {
  const session = await backend.load(encodeModel(graph));
  try {
    return await session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, hostArray(value)])),
    );
  } finally {
    await session.dispose();
  }
}
