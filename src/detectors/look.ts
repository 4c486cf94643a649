/** Where a model looks, before a method sees anything of a picture. */
import type { FilledArea } from "./area-graph.ts";
import type { DetectorDescription } from "./description.ts";
import { shareLooked } from "./looked-area.ts";
import type { FoundPart } from "./preprocess.ts";

/** Where a model looks. */
export interface Look {
  /** The part that is found first; default: pictures are taken as they lie. */
  readonly part?: FoundPart | undefined;
  /** What is looked at of a picture, or of the frame around the part, at the model's size. Default: everything. */
  readonly area?: FilledArea | undefined;
}

/** What a model file tells of where it looks. */
export function lookFacts({ part, area }: Look): Pick<DetectorDescription, "part" | "area"> {
  return {
    ...(part && {
      part: {
        aspect: part.model.aspect,
        frame: part.model.frame,
        turns: part.model.turns,
        misfitLimit: part.misfitLimit,
      },
    }),
    ...(area && { area: { share: shareLooked(area), regions: area.names } }),
  };
}
