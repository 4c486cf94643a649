/** The paper's scoring: Sobel response and L2 norm of the predicted noise, Isolation Forest on the two. */
import { concat, mul, reduceMean, reduceSumSquare, reshape, sqrt } from "../graph/index.ts";
import { gaussianBlur, sobelMagnitude } from "./map-filter.ts";
import type { Readout } from "./readout.ts";

const smoothingFraction = 1 / 64; // of the patch's side: standard deviation of the map's smoothing (ours)

/**
 * RADAR as published: one noising step, one call, Sobel map of the predicted noise for segmentation, and per patch the
 * features (mean Sobel response, root mean square of the noise) for a forest.
 *
 * The step t = 50, the smoothing and the exact form of the two features are ours; the paper's text does not give them.
 * @see Moradi et al. 2025, arXiv:2508.04818
 */
export const paperReadout: Readout = {
  summary: "Sobel map and norm of the predicted noise, Isolation Forest (the paper's form)",
  timestep: 50,
  addsNoise: true,
  read: ({ noise }) => {
    const side = Number(noise.shape[3]);
    const edges = sqrt(reduceSumSquare(sobelMagnitude(noise), { axes: [1] })); // [M, 1, P, P]
    const sobel = reduceMean(edges, { axes: [1, 2, 3], keepDims: false });
    const energy = reduceMean(mul(noise, noise), { axes: [1, 2, 3], keepDims: false });
    return {
      map: gaussianBlur(edges, Math.max(1, side * smoothingFraction)),
      features: concat(
        [sobel, sqrt(energy)].map((feature) => reshape(feature, ["M", 1])),
        1,
      ),
    };
  },
};
