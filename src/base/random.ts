/** Seeded random numbers: the only source of randomness in the project, always passed in. */
import { checkInteger } from "./check.ts";

const normalsTogether = 1024; // an even number: pairs stay together

/**
 * Counter-free 128-bit generator (xoshiro128**), seeded through splitmix32.
 *
 * Same seed, same numbers, on every machine. `state()` and `Random.fromState` make it resumable.
 * @see Blackman and Vigna 2021, "Scrambled Linear Pseudorandom Number Generators", arXiv:1805.01407
 */
export class Random {
  readonly #state: Uint32Array;

  /**
   * @param seed - Integer in [0, 2^32).
   * @throws {OptionError} E_OPTION if `seed` is not such an integer.
   */
  constructor(seed: number) {
    checkInteger("seed", seed, { minimum: 0, maximum: 0xffffffff });
    this.#state = new Uint32Array(4);
    let mix = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      this.#state[i] = splitmix32(mix);
    }
  }

  /** A generator that goes on from a saved {@link Random.state}. */
  static fromState(state: readonly number[]): Random {
    const random = new Random(0);
    random.#state.set(state);
    return random;
  }

  /** The four 32-bit words that determine all numbers to come. */
  state(): number[] {
    return Array.from(this.#state);
  }

  /** Next unsigned 32-bit integer. */
  nextUint32(): number {
    const s = this.#state as Uint32Array & { 0: number; 1: number; 2: number; 3: number };
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** Uniform number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.nextUint32() / 0x100000000;
  }

  /** Uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal number (Box and Muller 1958; the cosine branch only, so that no state is hidden). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** `length` standard normal numbers as float32. */
  normals(length: number): Float32Array {
    const values = new Float32Array(length);
    this.fillNormal(values);
    return values;
  }

  /** Fills `values` with standard normal numbers, both branches of Box and Muller for each pair. */
  fillNormal(values: Float32Array): void {
    const uniforms = new Float64Array(Math.min(values.length + (values.length % 2), normalsTogether));
    for (let start = 0; start < values.length; start += normalsTogether) {
      const end = Math.min(values.length, start + normalsTogether);
      this.#fillUniform(uniforms, end - start + ((end - start) % 2));
      for (let i = start, from = 0; i < end; i += 2, from += 2) {
        const radius = Math.sqrt(-2 * Math.log(1 - (uniforms[from] ?? 0)));
        const angle = 2 * Math.PI * (uniforms[from + 1] ?? 0);
        values[i] = radius * Math.cos(angle);
        if (i + 1 < end) values[i + 1] = radius * Math.sin(angle);
      }
    }
  }

  /** `length` times {@link Random.uniform}, with the state where it is fastest. */
  #fillUniform(values: Float64Array, length: number): void {
    let [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = this.#state;
    for (let i = 0; i < length; i++) {
      values[i] = (Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0) / 0x100000000;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = rotateLeft(s3, 11);
    }
    this.#state.set([s0, s1, s2, s3]);
  }

  /** A random order of 0 .. length - 1 (Fisher and Yates). */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = swapped;
    }
    return order;
  }

  /**
   * An independent generator for the named purpose; drawing from it does not move this one.
   *
   * @param key - Names the purpose, e.g. "noise"; the same key gives the same stream.
   */
  split(key: string): Random {
    let hash = 0x811c9dc5;
    for (const word of this.#state) hash = splitmix32(hash ^ word);
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0;
    return new Random(splitmix32(hash));
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function splitmix32(value: number): number {
  let z = value >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
