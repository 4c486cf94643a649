/** How anomaly maps and a score are read off one call of the network: what a scoring is. */
import type { NdArray } from "../../base/array.ts";
import type { Random } from "../../base/random.ts";
import type { Tolerance } from "../../data/index.ts";
import type { MapGroup, MapSource } from "../../detectors/map-source.ts";
import type { Tensor } from "../../graph/index.ts";
import type { ClassifierName } from "./feature-classifier.ts";

/** What the network says of pictures, or of a batch of patches of them. */
export interface NetworkOutput {
  /** What they look like, before they are noised: float32 [M, 3, P, P] in [-1, 1]; [M, 1, P, P] where grey is read. */
  readonly patches: Tensor;
  /** Predicted noise ε̂, float32 [M, 3, P, P]: the mean over the readout's noisings. */
  readonly noise: Tensor;
  /** ε̂ - ε, float32 [M, 3, P, P]: that mean without the noise that was added. */
  readonly mismatch: Tensor;
  /** Logit of each pixel's being part of a defect, float32 [M, 1, P, P]; null if the network was not trained to tell. */
  readonly defectLogits: Tensor | null;
  /**
   * What the finest level on the network's way up holds of each of its places, float32 [M, C, g, g]; null where several noisings are
   * read, or patches that are stitched.
   */
  readonly features: Tensor | null;
}

/** A way to read the network's output. */
export interface Readout {
  /** What it does, in one sentence for people. */
  readonly summary: string;
  /** Its constants, for the model file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Timesteps that pictures are noised to, 0 .. T-1, each with a noise of its own; all in one batched call of the network. */
  readonly timesteps: readonly number[];
  /** Whether the image is noised to those steps with fixed noises, or only scaled. */
  readonly addsNoise: boolean;
  /** Whether the network also learns to find synthetic defects planted in good images. */
  readonly plantsDefects: boolean;
  /**
   * What the network learns and sees: whole pictures (or patches, where the user says so, each read by itself), or small
   * patches whose predictions are stitched to pictures before they are read.
   */
  readonly network: "pictures" | "patches";
  /** Classifiers of a picture's features that it can decide with, its own first; none where the map decides. */
  readonly classifiers: readonly ClassifierName[];
  /** Whether its maps are standardised at each place where good images are aligned. */
  readonly standardizesPlaces: boolean;
  /** Whether its maps are read from their level in each picture, see {@link MapSource.readsFromLevel}. Default false. */
  readonly readsFromLevel?: boolean;
  /** Whether pictures without colour are read as one channel, see {@link MapSource.readsGrey}; the network sees it three times. Default false. */
  readonly mayReadGrey?: boolean;
  /** What a detector that reads this way is taught to tolerate unless its training says otherwise. */
  readonly tolerance: Tolerance;
  /** What {@link Readout.fit} looks at, by name: float32 [M, ...] each of a batch of patches. */
  readonly observe: (output: NetworkOutput) => Readonly<Record<string, Tensor>>;
  /**
   * Learns from good images what to expect.
   *
   * @param images - The observations of each image by their names, its patches first.
   * @param options - `sample`: those of some of the images once more, from among all of them; it costs calls of the network where it is looked at.
   */
  readonly fit: (
    images: AsyncIterable<Readonly<Record<string, NdArray>>>,
    options: {
      readonly random: Random;
      readonly classifier: ClassifierName | null;
      readonly sample: AsyncIterable<Readonly<Record<string, NdArray>>>;
    },
  ) => Promise<FittedReadout>;
}

/** A readout that knows good images. */
export interface FittedReadout {
  /** One or several maps of each patch, float32 [M, C, P, P]; higher is more anomalous. They are brought to one scale later. */
  readonly maps: (output: NetworkOutput) => Tensor;
  /** How several maps become one, see {@link MapSource.groups}. */
  readonly groups?: readonly MapGroup[];
  /** What was found of the good images, for the model file, see `Learned.found`. */
  readonly found?: Readonly<Record<string, unknown>>;
  /** Score of each patch, float32 [M, 1]; an image's is its highest. Without it, an image's score is the maximum of its map. */
  readonly score?: (output: NetworkOutput) => Tensor;
  /** Threshold of that score by the readout's own rule. Without it, the conformal one. */
  readonly threshold?: number;
}
