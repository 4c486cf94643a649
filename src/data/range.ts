/** The one conversion from bytes to the range that networks see. */

/**
 * Byte to model range: x / 127.5 - 1.
 *
 * @param value - In [0, 255].
 * @returns In [-1, 1]; 0 becomes -1 and 255 becomes 1.
 */
export function toModelRange(value: number): number {
  return value / 127.5 - 1;
}

/** {@link toModelRange} of each byte, float32 [256]. */
export const modelRangeOfByte: Float32Array = Float32Array.from({ length: 256 }, (_, byte) =>
  toModelRange(byte),
);
