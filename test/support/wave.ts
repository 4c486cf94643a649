/** Scattered values from a name: the inputs and weights that scripts/golden/network.py gave to PyTorch. */
import { sizeOf } from "../../src/base/shape.ts";

/** offset + scale · sin((0.37 i + 0.73) i + phase of the name), float32 in row-major order. */
export function wave(
  name: string,
  shape: readonly number[],
  options: { scale?: number; offset?: number } = {},
): Float32Array {
  const { scale = 1, offset = 0 } = options;
  const codes = Array.from(new TextEncoder().encode(name), (code, k) => code * (k + 1));
  const phase = (codes.reduce((sum, code) => sum + code, 0) % 1009) / 100;
  return Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => offset + scale * Math.sin((0.37 * i + 0.73) * i + phase),
  );
}

/** Values of a parameter: kernels of about unit gain, norm scales around 1, small biases. */
export function weightWave(name: string, shape: readonly number[]): Float32Array {
  if (shape.length > 1) return wave(name, shape, { scale: 1.2 / Math.sqrt(sizeOf(shape.slice(1))) });
  if (name.includes("norm") && name.endsWith("weight")) return wave(name, shape, { scale: 0.2, offset: 1 });
  return wave(name, shape, { scale: 0.1 });
}
