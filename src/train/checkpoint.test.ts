import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

const sample = {
  tensors: { parameters: Float32Array.of(1, -2.5, 3e-20), average: new Float32Array(0) },
  metadata: { step: "7", text: 'quotes " and ünicode' },
};

test("a checkpoint survives encoding to the bit", () => {
  expect(decodeCheckpoint(encodeCheckpoint(sample))).toEqual(sample);
  const odd = Float32Array.of(Number.NaN, -0, Number.MIN_VALUE, Infinity);
  const { tensors } = decodeCheckpoint(encodeCheckpoint({ tensors: { odd }, metadata: {} }));
  expect(new Uint32Array(tensors.odd?.buffer ?? new ArrayBuffer(0))).toEqual(new Uint32Array(odd.buffer));
});

test("the bytes are safetensors as its specification writes them", () => {
  const bytes = encodeCheckpoint({ tensors: { a: Float32Array.of(1) }, metadata: { k: "v" } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(bytes.length).toBe(8 + length + 4);
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(header).toEqual({ __metadata__: { k: "v" }, a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  expect(new DataView(bytes.buffer).getFloat32(8 + length, true)).toBe(1);
});

test("a checkpoint cut off anywhere is refused", () => {
  const bytes = encodeCheckpoint(sample);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ name: "TrainingError", code: "E_CHECKPOINT" }),
    );
  }
});

test("bytes that are no checkpoint are refused with E_CHECKPOINT or read, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeCheckpoint(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "E_CHECKPOINT" });
      }
    }),
  );
});

test.each([
  [
    "a dtype other than F32",
    { a: { dtype: "F64", shape: [1], data_offsets: [0, 8] } },
    'an F32 tensor for "a"',
  ],
  [
    "offsets that do not fit the shape",
    { a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } },
    'all of tensor "a"',
  ],
  [
    "offsets outside the file",
    { a: { dtype: "F32", shape: [1], data_offsets: [16, 20] } },
    'all of tensor "a"',
  ],
])("%s are refused by name", (_, header, expected) => {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  expect(() => decodeCheckpoint(bytes)).toThrow(
    `checkpoint: expected ${expected}, got a file that is cut off or no checkpoint. Train again without \`resume\`.`,
  );
});
