/** All scorings by name. A new one is a file with a {@link Readout} and a line here. */
import type { Readout } from "./readout.ts";
import { combinedReadout } from "./readout-combined.ts";
import { mismatchReadout, mismatchSettings } from "./readout-mismatch.ts";
import { networkReadout } from "./readout-network.ts";
import { paperReadout, paperSettings } from "./readout-paper.ts";

/** Names of all scorings; the first is the default. */
export const scoringNames = ["combined", "network", "paper", "mismatch"] as const;

/** Name of a scoring. */
export type ScoringName = (typeof scoringNames)[number];

/** All scorings by name. */
export const readouts: Readonly<Record<ScoringName, Readout>> = {
  combined: combinedReadout,
  network: networkReadout,
  paper: paperReadout(paperSettings),
  mismatch: mismatchReadout(mismatchSettings),
};
