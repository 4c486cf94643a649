/** Where a model looks, before a method sees anything of a picture. */
import type { FilledArea } from "./area-graph.ts";
import type { DetectorDescription } from "./description.ts";
import { shareLooked } from "./looked-area.ts";
import type { FoundPart } from "./preprocess.ts";

/** How pictures are read that are not brought to one square. */
export interface Tiles {
  /** What they are resized by, in (0, 1]; 1: as the camera made them. */
  readonly scale: number;
  /** Pixels that neighbouring tiles share at least; their side is the model's. */
  readonly overlapPx: number;
  /** Side in pixels of the frame around the part, where one is found first: it is what is cut into tiles. */
  readonly framePx?: number | undefined;
}

/** Where a model looks. */
export interface Look {
  /** The part that is found first; default: pictures are taken as they lie. */
  readonly part?: FoundPart | undefined;
  /** What is looked at of a picture, or of the frame around the part: at the model's size, of tiles at the pictures'. Default: everything. */
  readonly area?: FilledArea | undefined;
  /** Pictures, or the frames around the part, are read tile by tile, at their own size. Default: they are brought to one square. */
  readonly tiles?: Tiles | undefined;
}

/** What a model file tells of where it looks. */
export function lookFacts({ part, area, tiles }: Look): Pick<DetectorDescription, "part" | "area" | "tiles"> {
  return {
    ...(part && {
      part: {
        aspect: part.model.aspect,
        frame: part.model.frame,
        turns: part.model.turns,
        misfitLimit: part.limits.misfit,
        ...(area?.isOfPart && { share: shareLooked(area) }),
      },
    }),
    ...(area && !area.isOfPart && { area: { share: shareLooked(area), regions: area.names } }),
    ...(tiles && { tiles }),
  };
}
