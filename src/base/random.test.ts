import fc from "fast-check";
import { expect, test } from "vitest";
import { OptionError } from "./errors.ts";
import { Random } from "./random.ts";

/** One output and transition of xoshiro128** 1.1, written from its reference C code on BigInt words. */
function referenceStep(state: readonly bigint[]): { output: number; state: bigint[] } {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  let [s0 = 0n, s1 = 0n, s2 = 0n, s3 = 0n] = state;
  const output = (rotate((s1 * 5n) & mask, 7n) * 9n) & mask;
  const t = (s1 << 9n) & mask;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotate(s3, 11n);
  return { output: Number(output), state: [s0, s1, s2, s3] };
}

test("the state 1, 2, 3, 4 gives the first outputs of xoshiro128**", () => {
  // worked by hand: rotl(2 · 5, 7) · 9 = 1280 · 9, then s1 = 2 ^ 3 ^ 1 = 0 gives 0
  const random = Random.fromState([1, 2, 3, 4]);
  expect([random.nextUint32(), random.nextUint32()]).toEqual([11520, 0]);
});

test("every state moves as the reference code of xoshiro128** does", () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(words, (state) => {
      const random = Random.fromState(state);
      const expected = referenceStep(state.map(BigInt));
      expect(random.nextUint32()).toBe(expected.output);
      expect(random.state()).toEqual(expected.state.map(Number));
    }),
  );
});

test("one seed gives one sequence on every machine", () => {
  // the same four from the formulas written in another language
  const random = new Random(42);
  expect(Array.from({ length: 4 }, () => random.nextUint32())).toEqual([
    660444221, 3652823732, 77672526, 910233633,
  ]);
});

test("a seed must be an integer of 32 bits", () => {
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) expect(() => new Random(seed)).toThrow(OptionError);
  expect(() => new Random(-1)).toThrow("seed: expected an integer >= 0 and <= 4294967295, got -1.");
});

test("a saved state goes on with the same numbers", () => {
  const random = new Random(7);
  random.normals(5);
  const resumed = Random.fromState(random.state());
  expect(resumed.normals(9)).toEqual(random.normals(9));
  expect(resumed.permutation(9)).toEqual(random.permutation(9));
});

test("uniform numbers fill [0, 1) evenly", () => {
  const random = new Random(1);
  const [draws, bins] = [100_000, 100];
  const counts = new Float64Array(bins);
  const values = Float64Array.from({ length: draws }, () => random.uniform());
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  for (const value of values) {
    const bin = Math.floor(value * bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const expected = draws / bins;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(149); // 0.999 quantile for 99 degrees of freedom
  expect(chiSquare).toBeGreaterThan(60); // 0.001 quantile
});

test("normal numbers have mean 0, variance 1 and a fourth moment of 3", () => {
  const values = new Random(2).normals(100_000);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(100_000)); // four standard errors each
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 100_000));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 100_000));
});

test("single normal numbers are standard normal too", () => {
  const random = new Random(3);
  const values = Float64Array.from({ length: 20_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
  expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
});

test("an odd number of normal values is filled to the end", () => {
  const values = new Random(4).normals(7);
  expect(values.length).toBe(7);
  expect(values.every((value) => value !== 0)).toBe(true);
});

test("a permutation holds every place once, and each place comes first about equally often", () => {
  const random = new Random(5);
  const first = new Float64Array(6);
  for (let i = 0; i < 6000; i++) {
    const order = random.permutation(6);
    if (i < 100) expect(Array.from(order).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const place = order[0] ?? 0;
    first[place] = (first[place] ?? 0) + 1;
  }
  for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(6000 * (5 / 36)));
});

test("integers stay below their bound", () => {
  const random = new Random(6);
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});

test("splitting does not move the generator, and one key gives one stream", () => {
  const random = new Random(8);
  const before = random.state();
  const [noise, again] = [random.split("noise"), random.split("noise")];
  expect(random.state()).toEqual(before);
  expect(noise.normals(20)).toEqual(again.normals(20));
});

test("streams of other keys and other seeds do not collide", () => {
  const streams = Array.from({ length: 2000 }, (_, i) => new Random(9).split(`stream ${i}`));
  const others = Array.from({ length: 2000 }, (_, seed) => new Random(seed).split("noise"));
  const starts = [...streams, ...others].map((stream) => `${stream.nextUint32()} ${stream.nextUint32()}`);
  expect(new Set(starts).size).toBe(4000);
});

test("two streams of one generator are uncorrelated", () => {
  const random = new Random(10);
  const [a, b] = [random.split("a").normals(20_000), random.split("b").normals(20_000)];
  const correlation = a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / a.length;
  expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(20_000));
});

test("normals in one go are those of drawing uniforms pair by pair, whatever their number", () => {
  for (const length of [1, 2, 1023, 1024, 1025, 2049]) {
    const [all, one] = [new Random(9), new Random(9)];
    const expected = new Float32Array(length);
    for (let i = 0; i < length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - one.uniform()));
      const angle = 2 * Math.PI * one.uniform();
      expected.set([radius * Math.cos(angle), radius * Math.sin(angle)].slice(0, length - i), i);
    }
    expect(all.normals(length)).toEqual(expected);
    expect(all.state()).toEqual(one.state());
  }
});
