/** The scoring of RADAR's authors: edges of the predicted noise as the map, two norms of it as features, a one-class classifier. */
import { invariant } from "../../base/check.ts";
import { contaminationThreshold } from "../../detectors/calibration.ts";
import { alongAxes, sobelMagnitude } from "../../features/map-filter.ts";
import {
  concat,
  constant,
  conv2d,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  type Tensor,
} from "../../graph/index.ts";
import { classifierNames, classifiers } from "./feature-classifier.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

/** Constants of the paper's scoring. */
export interface PaperSettings {
  /** Timestep that pictures are noised to, 0 .. T-1. */
  readonly timestep: number;
  /** Whether noise is added at that step, or the picture only scaled. */
  readonly addsNoise: boolean;
  /** Side of the windows of the second feature, in pixels; the whole picture if it is smaller. */
  readonly windowPx: number;
  /** Steps from one such window to the next, in pixels. */
  readonly windowStridePx: number;
  /** Share of the good pictures learned from that the threshold leaves out. */
  readonly contamination: number;
}

/** Those of the scoring `paper`. */
export const paperSettings: PaperSettings = {
  timestep: 20, // ours, on planted defects; the talk says one step of the forward process (slide 9)
  addsNoise: false, // ours, on planted defects; not told
  windowPx: 20, // authors' talk, slide 10
  windowStridePx: 4, // ours; the slide can be read as steps of 20 or as 20 positions
  contamination: 0.05, // authors' talk, slide 17
};

const blurKernel = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16); // 5 taps: slide 10; their weights: ours

/** Features of a picture. */
const dimensions = 2;

/**
 * RADAR as its authors ran it: the noise predicted for small patches is stitched to one picture, smoothed, and its Sobel
 * gradient is the anomaly map. The L2 norm of that map, and the largest L2 norm of a window of it, are two features of a picture;
 * a one-class classifier fitted on good pictures decides, at the threshold that its contamination gives.
 *
 * @see Moradi et al. 2025, arXiv:2508.04818; docs/detectors/radar.md tells which part is the authors' and which is ours
 */
export function paperReadout(settings: PaperSettings): Readout {
  return {
    summary:
      "Sobel map of the predicted noise, a one-class classifier on two norms of it (the authors' form)",
    settings: { ...settings },
    timesteps: [settings.timestep],
    addsNoise: settings.addsNoise,
    plantsDefects: false,
    network: "patches",
    classifiers: classifierNames,
    standardizesPlaces: false,
    tolerance: "none",
    observe: (output) => ({ norms: mapFeatures(edgeMap(output), settings) }),
    fit: async (images, { random, classifier }) => {
      invariant(classifier !== null, "the paper's scoring without a classifier");
      const features: number[] = [];
      for await (const { norms } of images) features.push(...Array.from(norms?.data ?? [], Number));
      const fitted = classifiers[classifier](Float64Array.from(features), { dimensions, random });
      return {
        maps: edgeMap,
        score: (output) => fitted.score(mapFeatures(edgeMap(output), settings)),
        threshold: contaminationThreshold(fitted.learnedScores, settings.contamination),
      };
    },
  };
}

/** Sobel gradient of the smoothed noise, mean of the three channels: float32 [N, 1, S, S]. */
function edgeMap({ noise }: NetworkOutput): Tensor {
  return sobelMagnitude(alongAxes(reduceMean(noise, { axes: [1] }), blurKernel), 5);
}

/** L2 norm of the map, and the largest of a window's: float32 [N, 2]. */
function mapFeatures(map: Tensor, { windowPx, windowStridePx }: PaperSettings): Tensor {
  const side = Math.min(windowPx, Number(map.shape[3]));
  const ones = constant({
    dtype: "float32",
    shape: [1, 1, side, side],
    data: new Float32Array(side ** 2).fill(1),
  });
  const squares = mul(map, map);
  const sums = [
    reduceSum(squares, { axes: [1, 2, 3], keepDims: false }),
    reduceMax(conv2d(squares, ones, { stride: windowStridePx }), { axes: [1, 2, 3], keepDims: false }),
  ];
  return sqrt(
    concat(
      sums.map((sum) => reshape(sum, [map.shape[0] ?? "N", 1])),
      1,
    ),
  );
}
