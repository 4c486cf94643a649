/** Dividing good images into those to learn from and those to calibrate with. */
import { checkInteger, checkNumber } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";

/** Indices of {@link holdOut}, each ascending; together every index once. */
export interface HoldOut {
  /** Indices to learn from. */
  readonly train: number[];
  /** Indices held out, never learnt from. */
  readonly calibration: number[];
}

/** Settings of {@link holdOut}. */
export interface HoldOutOptions {
  /** Share held out, in (0, 1). Default 0.2 (ours). */
  readonly fraction?: number;
  /** Fewest held out, as long as one remains to learn from. Default 1. */
  readonly minimum?: number;
  /** Chooses which. */
  readonly random: Random;
}

/**
 * Random split of `count` images: max(minimum, round(fraction * count)) are held out, at least one stays to learn from.
 *
 * @param count - Number of good images, integer >= 2.
 * @throws {DataError} E_DATA if there are fewer than two.
 * @throws {OptionError} E_OPTION if an option is out of its range.
 */
export function holdOut(count: number, options: HoldOutOptions): HoldOut {
  const { fraction = 0.2, minimum = 1, random } = options;
  checkInteger("count", count, { minimum: 0 });
  checkNumber("fraction", fraction, { above: 0, below: 1 });
  checkInteger("minimum", minimum, { minimum: 1 });
  if (count < 2) {
    throw new DataError(
      "E_DATA",
      `holdOut: expected at least 2 good images (1 to learn from, 1 to calibrate with), got ${count}. Add more good images.`,
    );
  }
  const heldOut = Math.min(Math.max(minimum, Math.round(fraction * count)), count - 1);
  const order = random.permutation(count);
  const ascending = (indices: Uint32Array): number[] => Array.from(indices).sort((a, b) => a - b);
  return { train: ascending(order.subarray(heldOut)), calibration: ascending(order.subarray(0, heldOut)) };
}
