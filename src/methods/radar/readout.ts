/** How anomaly maps and a score are read off one call of the network: what a scoring is. */
import type { NdArray } from "../../base/array.ts";
import type { Random } from "../../base/random.ts";
import type { Tensor } from "../../graph/index.ts";
import type { UNetTrace } from "../../nn/index.ts";

/** What the network says of a batch of patches. */
export interface NetworkOutput {
  /** What the patches look like, before they are noised: float32 [M, 3, P, P] in [-1, 1]. */
  readonly patches: Tensor;
  /** Predicted noise ε̂, float32 [M, 3, P, P]. */
  readonly noise: Tensor;
  /** Logit of each pixel's being part of a defect, float32 [M, 1, P, P]; null if the network was not trained to tell. */
  readonly defectLogits: Tensor | null;
  /** Features on the way to them. */
  readonly trace: UNetTrace;
}

/** A way to read the network's output. */
export interface Readout {
  /** What it does, in one sentence for people. */
  readonly summary: string;
  /** Its constants, for the model file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Timestep the network is told of, 0 .. T-1. */
  readonly timestep: number;
  /** Whether the image is noised to that step with the fixed noise, or only scaled. */
  readonly addsNoise: boolean;
  /** Whether the network also learns to find synthetic defects planted in good images. */
  readonly plantsDefects: boolean;
  /** Whether its maps are standardised at each place where good images are aligned. */
  readonly standardizesPlaces: boolean;
  /** What {@link Readout.fit} looks at, float32 [M, ...] of a batch of patches. */
  readonly observe: (output: NetworkOutput) => Tensor;
  /**
   * Learns from good images what to expect.
   *
   * @param images - The observation of each image, its patches first.
   */
  readonly fit: (
    images: AsyncIterable<NdArray>,
    options: { readonly random: Random },
  ) => Promise<FittedReadout>;
}

/** A readout that knows good images. */
export interface FittedReadout {
  /** One or several maps of each patch, float32 [M, C, P, P]; higher is more anomalous. They are brought to one scale later. */
  readonly maps: (output: NetworkOutput) => Tensor;
  /** Score of each patch, float32 [M, 1]; an image's is its highest. Without it, an image's score is the maximum of its map. */
  readonly score?: (output: NetworkOutput) => Tensor;
}
