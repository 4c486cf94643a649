/** Parameters of a network as text that a module can hold: eight bits a value, a scale for every few. */
import { DataError } from "../../base/errors.ts";

const blockValues = 32; // that share a scale (ours)
const blockBytes = 4 + blockValues;
const largestCode = 127;

/** The text that {@link unpackWeights} reads: each value off by at most 1/254 of the largest of its block. */
export function packWeights(values: Float32Array): string {
  const blocks = Math.ceil(values.length / blockValues);
  const bytes = new Uint8Array(blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const of = values.subarray(block * blockValues, (block + 1) * blockValues);
    const scale = of.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / largestCode;
    view.setFloat32(block * blockBytes, scale, true);
    for (const [i, value] of of.entries()) {
      view.setInt8(block * blockBytes + 4 + i, scale === 0 ? 0 : Math.round(value / scale));
    }
  }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * The inverse of {@link packWeights}.
 *
 * @param count - Number of values.
 * @returns float32 [count].
 * @throws {DataError} E_DATA if the text holds another number of values.
 */
export function unpackWeights(text: string, count: number): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length !== Math.ceil(count / blockValues) * blockBytes) {
    throw new DataError(
      "E_DATA",
      `unpackWeights: expected ${count} values, got ${bytes.length} bytes. They are of another network.`,
    );
  }
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: count }, (_, i) => {
    const start = Math.floor(i / blockValues) * blockBytes;
    return view.getFloat32(start, true) * view.getInt8(start + 4 + (i % blockValues));
  });
}
