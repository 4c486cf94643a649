/** What is wrong with a picture that does not show the one part that is looked for, whole. */

/** The part is cut by the picture's border, missing, there more than once, or what is there is unlike it; the first that holds is told. */
export const partFaults = ["cut", "missing", "several", "unlike"] as const;

/** One of {@link partFaults}. */
export type PartFault = (typeof partFaults)[number];

/** Each of them for people. */
export const partFaultTexts: Readonly<Record<PartFault, string>> = {
  cut: "the part is cut by the picture's border",
  missing: "the part is missing: little or nothing stands out from the ground",
  several: "there is more than one part",
  unlike: "what is there is not like the part: another one, broken, or turned over",
};

/** The first fault of one picture, if there is any. @param ratios - How far it is from each limit, in their order, [4]: above 1 it is beyond. */
export function partFaultOf(ratios: ArrayLike<number>): PartFault | undefined {
  return partFaults.find((_, i) => (ratios[i] ?? 0) > 1);
}
