/**
 * How an anomaly map and a score are read off one call of the network: the one place where scorings differ.
 * A new scoring is a file with a {@link Readout} and a line in `readouts`.
 */
import type { Tensor } from "../graph/index.ts";
import { paperReadout } from "./readout-paper.ts";

/** What the network says of a batch of patches. */
export interface NetworkOutput {
  /** Predicted noise ε̂, float32 [M, 3, P, P]. */
  readonly noise: Tensor;
}

/** A map and what the score of a patch is computed from. */
export interface Reading {
  /** float32 [M, 1, P, P]; higher is more anomalous. */
  readonly map: Tensor;
  /** float32 [M, F]: features that an Isolation Forest fitted on normal images turns into a score. */
  readonly features: Tensor;
}

/** A way to read the network's output. */
export interface Readout {
  /** What it does, in one sentence for people. */
  readonly summary: string;
  /** Timestep the network is told of, 0 .. T-1. */
  readonly timestep: number;
  /** Whether the image is noised to that step with the fixed noise, or only scaled. */
  readonly addsNoise: boolean;
  /** Map and features of a batch of patches. */
  readonly read: (output: NetworkOutput) => Reading;
}

/** Names of all scorings; the first is the default. */
export const scoringNames = ["paper"] as const;

/** Name of a scoring. */
export type ScoringName = (typeof scoringNames)[number];

/** All scorings by name. */
export const readouts: Readonly<Record<ScoringName, Readout>> = { paper: paperReadout };
