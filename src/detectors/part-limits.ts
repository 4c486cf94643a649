/** How far a picture may be from the good ones before it does not show the one part that is looked for, whole. */
import type { LocatedPart } from "../features/part-pose.ts";
import { concat, div, greater, max, mul, reduceMax, scalar, type Tensor, where } from "../graph/index.ts";

/** What good pictures show, with room: beyond it is a fault. */
export interface PartLimits {
  /** 1 - correlation with the mean good part, at most. */
  readonly misfit: number;
  /** Share of the picture that is part, at least and at most. */
  readonly area: { readonly least: number; readonly most: number };
  /** Pixels of the part on the border of the small picture in which it is looked for, at most. */
  readonly onBorder: number;
}

/** What was found in one good picture; see {@link LocatedPart}. */
export interface PartReading {
  readonly misfit: number;
  readonly area: number;
  readonly onBorder: number;
}

const room = 1.5; // beyond the worst good picture (ours): halfway to a second part, or to half of one
const leastMisfit = 0.02; // of the worst good picture (ours)
const leastOnBorder = 1; // pixel of the worst good picture (ours)

/** The limits that good pictures set. */
export function partLimits(good: readonly PartReading[]): PartLimits {
  const most = (of: (reading: PartReading) => number) => Math.max(...good.map(of));
  const areas = good.map(({ area }) => area);
  return {
    misfit: Math.min(
      1,
      room *
        Math.max(
          most(({ misfit }) => misfit),
          leastMisfit,
        ),
    ),
    area: { least: Math.min(...areas) / room, most: room * Math.max(...areas) },
    onBorder:
      room *
      Math.max(
        most(({ onBorder }) => onBorder),
        leastOnBorder,
      ),
  };
}

const emptiest = 0.1; // of the least area (ours): bare ground is ten times too little, not infinitely

/** How far a picture is from each limit, float32 [N, 4] in the order of `partFaults`: above 1 it is beyond. */
export function partRatios({ misfit, area, onBorder }: LocatedPart, limits: PartLimits): Tensor {
  const { least, most } = limits.area;
  const cut = mul(onBorder, scalar(1 / limits.onBorder));
  const missing = div(scalar(least), max(area, scalar(emptiest * least)));
  return concat([cut, missing, mul(area, scalar(1 / most)), mul(misfit, scalar(1 / limits.misfit))], 1);
}

/** The score of a picture with a fault is at least the threshold times how far it is beyond the limit; others keep theirs. float32 [N, 1]. */
export function withPartFaults(score: Tensor, ratios: Tensor, threshold: number): Tensor {
  const worst = reduceMax(ratios, { axes: [1] });
  const least = mul(worst, scalar(faultFactor(threshold)));
  return where(greater(worst, scalar(1)), max(score, least), score);
}

const leastThreshold = 1e-3; // so that a fault is above a threshold of 0 or less (ours)

/** What is multiplied by how far a picture is beyond a limit, to be a score over the threshold. */
export function faultFactor(threshold: number): number {
  return Math.max(threshold, leastThreshold);
}
