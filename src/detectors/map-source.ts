/** Where anomaly maps come from: the one thing in which trained methods differ once they have learned. */
import type { Tensor } from "../graph/index.ts";

/** What a method makes of pictures. */
export interface AnomalyMaps {
  /** One or several maps, float32 [N, C, S, S]; higher is more anomalous. They are brought to one scale later, and put together as {@link MapSource.groups} says. */
  readonly maps: Tensor;
  /** Score of each picture, float32 [N, 1]. Without it, a picture's score is the maximum of its map. */
  readonly score?: Tensor;
}

/** Maps of which the highest counts at each pixel. */
export interface MapGroup {
  /** Their places among the maps; at least one. */
  readonly maps: readonly number[];
  /** How much it counts, > 0. */
  readonly weight: number;
}

/** A method that has learned, as a piece of graph: everything it knows is in constants. */
export interface MapSource {
  /** Side of the square that pictures are resized to, in pixels: S. */
  readonly imageSizePx: number;
  /** Whether its maps are standardised at each place where good images are aligned. */
  readonly standardizesPlaces: boolean;
  /** Whether each map is read from its level in the picture: its mean over the calmest part of it. Default false. */
  readonly readsFromLevel?: boolean;
  /** The anomaly map is the mean of these, by their weights. Default: the mean of all maps. */
  readonly groups?: readonly MapGroup[];
  /** Threshold of the score by the method's own rule; used unless a rate of false alarms is asked for. Default: the conformal one. */
  readonly threshold?: number;
  /** Whether it learned from pictures without colour, and reads one channel, see `greyPlanes`. Default: it reads three. */
  readonly readsGrey?: boolean;
  /**
   * Adds the method to a graph.
   *
   * @param pictures - float32 [N, 3, S, S] in [-1, 1], [N, 1, S, S] where it reads grey; N known at run time only.
   */
  readonly maps: (pictures: Tensor) => AnomalyMaps;
}
