/** The scoring of one call by the network alone. */
import type { DescribedPlaces } from "./described-places.ts";
import type { Readout } from "./readout.ts";
import { type Reading, readoutOf } from "./readout-maps.ts";

/** How much maps count; the head's and that of features 1 each (ours). */
const weights = {
  /** The higher of the maps that compare the predicted noise with that of the same place. */
  noise: 4,
} as const;

/**
 * The same call as the default's: the head's logits, the distance of the network's finest features from those of good images and, where those are aligned, of
 * what noise the network predicts at each place: {@link chosen}.
 */
export const networkReadout: Readout = readoutOf(["defects", "features", "noise", "noiseDerivatives"], {
  summary:
    "defect head trained on planted defects, and distance of the network's features and predicted noise from those of good images",
  settings: { weights },
  choose: chosen,
});

/** Where good images are not aligned the predicted noise is not read: that of any place is then within what is usual somewhere. */
function chosen({ noise }: { readonly noise?: DescribedPlaces }): Reading {
  const always = ["defects", "features"] as const;
  if (!noise?.areToldApart) return { maps: always };
  return {
    maps: [...always, "noise", "noiseDerivatives"],
    groups: [
      { maps: [0], weight: 1 },
      { maps: [1], weight: 1 },
      { maps: [2, 3], weight: weights.noise },
    ],
  };
}
