/** Pictures with more than 8 bits a channel: what white is, and how their values become bytes. */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { Size } from "../base/raster.ts";

/** What the values of files with more than 8 bits a channel mean; 0 is black. Files of 8 bits need no rule. */
export interface SampleDepth {
  /** Bits of values that are stored in 16, 8 to 16: white is 2^bits - 1. */
  readonly bits: number;
  /** White of values that are stored as floating-point numbers. */
  readonly floatWhite: number;
}

/** The rule where nothing else is known: all 16 bits are used, and floating-point numbers reach from 0 to 1. */
export const usualDepth: SampleDepth = { bits: 16, floatWhite: 1 };

/** Values of a picture as they are stored. */
export interface Samples extends Size {
  /** 1 or 3. */
  readonly channels: number;
  /** [height, width, channels], row-major. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** The largest values of many files; 0 where there are no such files. */
export interface LargestSamples {
  /** Of files that store 16-bit integers. */
  readonly integer: number;
  /** Of files that store floating-point numbers. */
  readonly float: number;
}

/** Bits that cameras have. */
const usualBits: readonly number[] = [8, 10, 12, 14, 16];

/**
 * The rule that pictures with such values follow: the fewest of 8, 10, 12, 14 and 16 bits that hold them all (ours).
 * Floating-point numbers up to 1 have their white there.
 *
 * @param bits - Bits a channel where the user knows them.
 * @throws {OptionError} E_OPTION if `bits` is no integer from 8 to 16.
 */
export function depthOf({ integer, float }: LargestSamples, bits?: number): SampleDepth {
  if (bits !== undefined) checkInteger("bits", bits, { minimum: 8, maximum: 16 });
  const largest = Math.max(integer, float > 1 ? float : 0);
  const used = bits ?? usualBits.find((bits) => largest < 2 ** bits) ?? 16;
  return { bits: used, floatWhite: float > 1 ? 2 ** used - 1 : 1 };
}

/**
 * Values as bytes: of b bits the upper 8, floating-point numbers as their share of white, rounded.
 *
 * @param name - Names the picture in messages.
 * @returns uint8 [height, width, 3]; grey is three equal channels.
 * @throws {DataError} E_IMAGE with the place of the first value that is larger than white, negative or no number.
 */
export function toBytes(samples: Samples, depth: SampleDepth, name: string): Uint8Array {
  const { data } = samples;
  if (data instanceof Uint8Array) return samples.channels === 3 ? data : spread(data);
  const isFloat = data instanceof Float32Array;
  const white = isFloat ? depth.floatWhite : 2 ** depth.bits - 1;
  const shift = depth.bits - 8;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (!(value >= 0 && value <= white)) throw outside(samples, i, { white, isFloat, name });
    bytes[i] = isFloat ? Math.round((value / white) * 255) : value >> shift;
  }
  return samples.channels === 3 ? bytes : spread(bytes);
}

function spread(gray: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 * gray.length);
  for (let i = 0; i < gray.length; i++) bytes.fill(gray[i] ?? 0, 3 * i, 3 * i + 3);
  return bytes;
}

function outside(
  { data, width, channels }: Samples,
  i: number,
  { white, isFloat, name }: { white: number; isFloat: boolean; name: string },
): DataError {
  const pixel = Math.floor(i / channels);
  const place = `x = ${pixel % width}, y = ${Math.floor(pixel / width)}`;
  const value = Number((data[i] ?? 0).toPrecision(6));
  const kind = isFloat ? "floating-point values" : "16-bit values";
  const remedy = Number.isFinite(value)
    ? "Pictures are learned from and scored by one rule: convert this one, or train with --bits."
    : "Repair the picture.";
  return new DataError(
    "E_IMAGE",
    `${name}: expected ${kind} from 0 to ${white}, got ${value} at ${place}. ${remedy}`,
  );
}
