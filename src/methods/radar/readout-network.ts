/** The scoring of one call by the network alone. */
import type { Readout } from "./readout.ts";
import { readoutOf } from "./readout-maps.ts";

/** The same call as the default's: the head's logits, and the distance of the network's finest features from those of good images. */
export const networkReadout: Readout = readoutOf(["defects", "features"], {
  summary:
    "defect head trained on planted defects, and distance of the network's features from those of good images",
});
