/** Which good pictures a training learns from, and which it holds out: a rule, so that whoever has the pictures can tell again. */
import { Random } from "../base/random.ts";
import { groupsOf, type HoldOut, holdOut, nearCopies } from "../data/index.ts";

/** Good pictures divided. */
export interface GoodSplit extends HoldOut {
  /** Pictures that are the same once more, by their places: they are on one side. */
  readonly copies: readonly (readonly [number, number])[];
}

const heldOutFraction = 0.3; // of the good images, for scales and threshold (ours)
const usefulHeldOut = 19; // images that support a rate of 5 %, held out where that leaves most to learn from (ours)
const largestFraction = 0.4; // that they may be (ours)

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
    fraction: heldOutFraction,
    minimum: Math.max(1, Math.min(usefulHeldOut, Math.floor(largestFraction * images.length))),
    groups: groupsOf(images.length, copies, options.groups),
    random: new Random(options.seed).split("hold out"),
  });
  return { ...split, copies };
}
