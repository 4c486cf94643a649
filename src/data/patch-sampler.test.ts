import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { PatchSampler, type PatchSamplerOptions } from "./patch-sampler.ts";
import { toModelRange } from "./range.ts";
import { applySymmetry, symmetries } from "./symmetry.ts";

const noiseImages = (count: number, size: number): Uint8Array[] => {
  const random = new Random(5);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: 3 * size * size }, () => random.integer(256)),
  );
};

/** Image k is k everywhere. */
const flatImages = (count: number, size: number): Uint8Array[] =>
  Array.from({ length: count }, (_, k) => new Uint8Array(3 * size * size).fill(k));

const options = (overrides: Partial<PatchSamplerOptions> = {}): PatchSamplerOptions => ({
  imageSize: 8,
  patchSize: 4,
  random: new Random(0),
  ...overrides,
});

function batchOf(sampler: PatchSampler, count: number, patchSize: number): Float32Array {
  const batch = new Float32Array(count * 3 * patchSize ** 2);
  sampler.next(batch);
  return batch;
}

describe("PatchSampler", () => {
  test("patches as large as the images, without symmetries, are the images in model range", () => {
    const [image = new Uint8Array()] = noiseImages(1, 4);
    const batch = batchOf(new PatchSampler([image], options({ imageSize: 4 })), 1, 4);
    expect([...batch]).toEqual(Array.from(image, (value) => Math.fround(toModelRange(value))));
  });

  test("every epoch uses every image once, in another order, also across batches", () => {
    const sampler = new PatchSampler(flatImages(7, 8), options());
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) {
      const batch = batchOf(sampler, 3, 4); // 21 patches: three epochs
      for (let k = 0; k < 3; k++) seen.push(Math.round(((batch[k * 48] ?? 0) + 1) * 127.5));
    }
    const epochs = [seen.slice(0, 7), seen.slice(7, 14), seen.slice(14)];
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  test("every patch is a window of its image under an allowed symmetry, and all places and symmetries occur", () => {
    const size = 5;
    const [image = new Uint8Array()] = noiseImages(1, size);
    const windows = new Map<string, string>();
    for (let top = 0; top < 3; top++) {
      for (let left = 0; left < 3; left++) {
        const window = Uint8Array.from({ length: 27 }, (_, i) => {
          const [channel, y, x] = [Math.floor(i / 9), Math.floor((i % 9) / 3), i % 3];
          return image[(channel * size + top + y) * size + left + x] ?? 0;
        });
        for (const symmetry of symmetries) {
          const moved = Array.from(applySymmetry(symmetry, window, 3, 3), (value) =>
            Math.fround(toModelRange(value)),
          );
          windows.set(moved.join(), `${top} ${left} ${symmetry}`);
        }
      }
    }
    const sampler = new PatchSampler([image], options({ imageSize: size, patchSize: 3, symmetries }));
    const seen = new Set<string | undefined>();
    for (let i = 0; i < 1000; i++) seen.add(windows.get(batchOf(sampler, 1, 3).join()));
    expect(seen.has(undefined)).toBe(false);
    expect(seen.size).toBe(9 * 8);
  });

  test("the same generator gives the same batches and is not moved", () => {
    const random = new Random(11);
    const before = random.state();
    const first = batchOf(new PatchSampler(noiseImages(3, 8), options({ random })), 4, 4);
    expect(random.state()).toEqual(before);
    expect(batchOf(new PatchSampler(noiseImages(3, 8), options({ random })), 4, 4)).toEqual(first);
    expect(
      batchOf(new PatchSampler(noiseImages(3, 8), options({ random: new Random(12) })), 4, 4),
    ).not.toEqual(first);
  });

  test("restoring a state that went through JSON goes on bit for bit", () => {
    const sampler = new PatchSampler(noiseImages(5, 8), options({ symmetries }));
    batchOf(sampler, 7, 4); // in the middle of the second epoch
    const state = JSON.parse(JSON.stringify(sampler.state()));
    const expected = [batchOf(sampler, 4, 4), batchOf(sampler, 6, 4)];
    const resumed = new PatchSampler(noiseImages(5, 8), options({ symmetries, random: new Random(99) }));
    resumed.restore(state);
    expect([batchOf(resumed, 4, 4), batchOf(resumed, 6, 4)]).toEqual(expected);
  });

  test("what does not fit is refused", () => {
    const images = noiseImages(2, 8);
    const errorOf = (action: () => unknown): unknown => {
      try {
        action();
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(errorOf(() => new PatchSampler([], options()))).toMatchObject({ code: "E_DATA" });
    expect(errorOf(() => new PatchSampler(images, options({ imageSize: 9 })))).toMatchObject({
      code: "E_SHAPE",
    });
    expect(errorOf(() => new PatchSampler(images, options({ patchSize: 9 })))).toMatchObject({
      code: "E_OPTION",
    });
    expect(errorOf(() => new PatchSampler(images, options({ symmetries: [] })))).toMatchObject({
      code: "E_OPTION",
    });
    const sampler = new PatchSampler(images, options());
    expect(errorOf(() => sampler.next(new Float32Array(47)))).toMatchObject({ code: "E_SHAPE" });
    const other = new PatchSampler(noiseImages(3, 8), options()).state();
    expect(errorOf(() => sampler.restore(other))).toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining("training on 2 images, got one on 3. Continue with the same images."),
    });
  });
});
