/** Which good pictures a training learns from, and which it holds out: a rule, so that whoever has the pictures can tell again. */
import { Random } from "../base/random.ts";
import { groupsOf, type HoldOut, holdOut, nearCopies } from "../data/index.ts";
import { autoFalseAlarmRate } from "../detectors/calibration.ts";

/** Good pictures divided. */
export interface GoodSplit extends HoldOut {
  /** Pictures that are the same once more, by their places: they are on one side. */
  readonly copies: readonly (readonly [number, number])[];
}

const heldOutFraction = 0.3; // of the good images, for scales and threshold (ours)
const largestFraction = 0.4; // that they may be (ours)
const imagesPerAlarm = Math.round(1 / autoFalseAlarmRate); // of which one may be above the threshold

/**
 * How many of so many good images are held out: about three tenths, two fifths at most, and 20·k - 1 where there are enough. Of so many the k-th
 * highest score is a threshold that exactly 5 % exceed; of 31 the highest would be one that 3 % do, and one odd image would set it.
 */
export function heldOutCount(count: number): number {
  const [usual, most] = [heldOutFraction * count, Math.floor(largestFraction * count)];
  if (most < imagesPerAlarm - 1) return Math.max(1, most, Math.round(usual));
  const near = imagesPerAlarm * Math.max(1, Math.round((usual + 1) / imagesPerAlarm)) - 1;
  return near <= most ? near : near - imagesPerAlarm;
}

/**
 * Divides good pictures as a training of that seed does.
 *
 * @param images - uint8 [3, S, S] each, in their order.
 * @param options - `groups`: names of pictures that belong together, see `TrainingContext`.
 * @throws {DataError} E_DATA if there are fewer than two, or all belong together.
 */
export function splitGood(
  images: readonly Uint8Array[],
  options: {
    readonly imageSize: number;
    readonly seed: number;
    readonly groups?: readonly (string | null)[] | undefined;
  },
): GoodSplit {
  const copies = nearCopies(images, options.imageSize);
  const split = holdOut(images.length, {
    fraction: heldOutCount(images.length) / Math.max(2, images.length), // fewer than two are refused there
    groups: groupsOf(images.length, copies, options.groups),
    random: new Random(options.seed).split("hold out"),
  });
  return { ...split, copies };
}
