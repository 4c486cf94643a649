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
  /** The group of each image, as `groupsOf` gives it; a group is never divided. Default: each image is one. */
  readonly groups?: readonly number[];
  /** Chooses which. */
  readonly random: Random;
}

/**
 * Random split of `count` images: max(minimum, round(fraction * count)) are held out, or as many of them as whole groups allow, and at
 * least one stays to learn from.
 *
 * @param count - Number of good images, integer >= 2.
 * @throws {DataError} E_DATA if there are fewer than two, or all are of one group.
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
  const groups = options.groups ?? Array.from({ length: count }, (_, i) => i);
  const members = new Map<number, number[]>();
  for (const [i, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), i]);
  if (members.size < 2) {
    throw new DataError(
      "E_DATA",
      `holdOut: expected good images that do not all belong together (1 to learn from, 1 to calibrate with), got ${count} of one group. Add others.`,
    );
  }
  const wanted = Math.min(Math.max(minimum, Math.round(fraction * count)), count - 1);
  const whole = [...members.values()];
  const shuffled = Array.from(random.permutation(whole.length), (place) => whole[place] ?? []);
  const heldOut = new Set<number>();
  for (const group of shuffled) {
    if (heldOut.size + group.length <= wanted) for (const image of group) heldOut.add(image);
  }
  if (heldOut.size === 0) {
    const smallest = shuffled.reduce((a, b) => (b.length < a.length ? b : a));
    for (const image of smallest) heldOut.add(image);
  }
  const all = Array.from(groups, (_, i) => i);
  return { train: all.filter((i) => !heldOut.has(i)), calibration: all.filter((i) => heldOut.has(i)) };
}
