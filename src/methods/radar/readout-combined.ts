/** Our default scoring of one call: the network's maps, and how far colour and texture are from those of good images. */
import type { DescribedPlaces } from "./described-places.ts";
import type { Readout } from "./readout.ts";
import { type Reading, readoutOf } from "./readout-maps.ts";

/** How much maps count; those of the network 1 each (ours). */
const weights = {
  /** Kinds of texture. */
  kinds: 2,
  /** Strengths, where they are read and a place tells no more than its kind. */
  strengths: 2,
  /** The highest of the maps that compare a place with the same one, where it tells more. */
  places: 6,
} as const;

/** What a place has to tell of strengths beyond its kind, as a share of what the kind leaves, for places to count most (ours). */
const leastBeyondKinds = 0.22;

/**
 * One call at a low noise level, without added noise: the logits of a head trained on synthetic defects; the distance of the network's
 * finest features from those of good images; and, which need no network, distances of colour and texture: of smooth surroundings from the nearest of some kinds of
 * places and, as far as good images lie alike, of one or three descriptions from the same place in good images. Which are read, {@link chosen} says.
 */
export const combinedReadout: Readout = readoutOf(
  ["defects", "features", "texture", "kinds", "strengths", "derivatives"],
  {
    summary:
      "defect head trained on planted defects, and distance of the network's features, and of colour and texture, from those of good images",
    settings: { weights, leastBeyondKinds },
    choose: chosen,
  },
);

/**
 * Which maps are read, and how they count. Always those of the network and kinds of texture. Beside them, where good images are aligned and a place tells
 * more than its kind does, the highest of three that compare it with the same place. Where it does not - a part that lies anyhow is told from its
 * ground by where it is, and no more -, strengths alone, and they count less; and where images are not aligned at all nothing: strengths of any place are
 * then within what is usual somewhere.
 */
function chosen({ strengths }: { readonly strengths?: DescribedPlaces }): Reading {
  const always = ["defects", "features", "kinds"] as const;
  const groups = [
    { maps: [0], weight: 1 },
    { maps: [1], weight: 1 },
    { maps: [2], weight: weights.kinds },
  ];
  if (!strengths?.areToldApart) return { maps: always, groups };
  const placesBeyondKinds = strengths.beyondKinds();
  const found = { placesBeyondKinds };
  return placesBeyondKinds < leastBeyondKinds
    ? {
        maps: [...always, "strengths"],
        groups: [...groups, { maps: [3], weight: weights.strengths }],
        found,
      }
    : {
        maps: [...always, "texture", "strengths", "derivatives"],
        groups: [...groups, { maps: [3, 4, 5], weight: weights.places }],
        found,
      };
}
