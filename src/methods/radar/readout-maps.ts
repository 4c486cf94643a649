/** Maps that are read off one call: what the network marks as a defect, and how far its features and predicted noise, and colour and texture, are from those of good images. */
import { invariant } from "../../base/check.ts";
import type { MapGroup } from "../../detectors/map-source.ts";
import { bankFeatures } from "../../features/filter-bank.ts";
import { gaussianBlur, neighbourhoodMean } from "../../features/map-filter.ts";
import { strengthFeatures, textureCellPx, textureFeatures } from "../../features/texture-features.ts";
import { averageCells, concat, reduceMean, resizeLinear, type Tensor } from "../../graph/index.ts";
import {
  type DescribedPlaces,
  type Description,
  describePlaces,
  mixtureComponents,
} from "./described-places.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

const timestep = 50; // of 1000 (ours)
const finestGrid = 48; // places along a side of the network's features that are not averaged over cells (ours)

/** Standard deviations of the maps' smoothing as fractions of the patch's side (ours). */
const smoothing = {
  defects: 1 / 64,
  features: 1 / 24,
  texture: 1 / 24,
  kinds: 1 / 24,
  strengths: 1 / 96,
  derivatives: 1 / 96,
  noise: 1 / 96,
  noiseDerivatives: 1 / 96,
} as const;

/**
 * Names of the maps: logits of the defect head; distance of the network's features; of texture, and of it from the nearest of its kinds; of strengths of
 * detail; of strengths of derivatives; and of the last two of the noise that the network predicts.
 */
export const readMapNames = [
  "defects",
  "features",
  "texture",
  "kinds",
  "strengths",
  "derivatives",
  "noise",
  "noiseDerivatives",
] as const;

/** One of {@link readMapNames}. */
export type ReadMap = (typeof readMapNames)[number];

/** What describes the places that maps compare. */
export type DescriptionName = Exclude<ReadMap, "defects" | "kinds">;

const descriptions: Readonly<Record<DescriptionName, Description>> = {
  features: { of: networkFeatures, isNormalized: false },
  texture: { of: ({ patches }) => textureFeatures(patches), isNormalized: true },
  strengths: { of: ({ patches }) => strengthFeatures(patches), isNormalized: true },
  derivatives: { of: ({ patches }) => derivativeFeatures(patches), isNormalized: true },
  noise: { of: (output) => strengthFeatures(predictedNoise(output)), isNormalized: true },
  noiseDerivatives: { of: (output) => derivativeFeatures(predictedNoise(output)), isNormalized: true },
};

/** What each map but that of the head is a distance of, and from what. */
const distances: Readonly<
  Record<Exclude<ReadMap, "defects">, { readonly of: DescriptionName; readonly from: "place" | "kind" }>
> = {
  features: { of: "features", from: "place" },
  texture: { of: "texture", from: "place" },
  kinds: { of: "texture", from: "kind" },
  strengths: { of: "strengths", from: "place" },
  derivatives: { of: "derivatives", from: "place" },
  noise: { of: "noise", from: "place" },
  noiseDerivatives: { of: "noiseDerivatives", from: "place" },
};

/** Which maps are read, and how they become one. */
export interface Reading {
  readonly maps: readonly ReadMap[];
  /** Of `maps`, by their places there. Default: their mean. */
  readonly groups?: readonly MapGroup[];
  /** What was found of the good images, for the model file. */
  readonly found?: Readonly<Record<string, unknown>>;
}

/** What a readout of maps has besides them. */
export interface MapReadoutOptions {
  /** Default: the maps' names. */
  readonly summary?: string;
  /** Constants of `choose`, for the model file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Which of the maps are read, told from how good images lie in each description. Default: all, and their mean. */
  readonly choose?: (places: Readonly<Partial<Record<DescriptionName, DescribedPlaces>>>) => Reading;
}

/**
 * One call at a low noise level, without added noise, read in some of the maps, each brought to one scale.
 *
 * @param maps - At least one, in the order of {@link readMapNames}.
 */
export function readoutOf(maps: readonly ReadMap[], options: MapReadoutOptions = {}): Readout {
  const { summary = maps.join(" and "), settings, choose = (): Reading => ({ maps }) } = options;
  const needed = maps.flatMap((name) => (name === "defects" ? [] : distances[name].of));
  const described = Object.entries(descriptions).filter(([name]) => needed.some((need) => need === name));
  const readsKinds = maps.some((name) => name !== "defects" && distances[name].from === "kind");
  return {
    summary,
    settings: {
      timestep,
      smoothing: Object.fromEntries(maps.map((name) => [name, smoothing[name]])),
      ...(readsKinds && { mixtureComponents }),
      ...settings,
    },
    timesteps: [timestep],
    addsNoise: false,
    plantsDefects: true,
    network: "pictures",
    classifiers: [],
    standardizesPlaces: true,
    readsFromLevel: true,
    mayReadGrey: true,
    tolerance: "usual",
    observe: (output) => Object.fromEntries(described.map(([name, { of }]) => [name, of(output)])),
    fit: async (images, { random, sample }) => {
      const places = await describePlaces(images, Object.fromEntries(described), { random, sample });
      const { maps: read, groups, found } = choose(places);
      const shares = Object.entries(places).filter(([, { instanceShare }]) => instanceShare > 0);
      return {
        maps: (output) =>
          concat(
            read.map((name) => mapOf(name, places, output)),
            1,
          ),
        ...(groups && { groups }),
        found: {
          ...(shares.length > 0 && {
            instanceShares: Object.fromEntries(
              shares.map(([name, { instanceShare }]) => [name, instanceShare]),
            ),
          }),
          ...found,
        },
      };
    },
  };
}

/** One map, of the picture's size: float32 [M, 1, P, P]. */
function mapOf(
  name: ReadMap,
  described: Readonly<Record<string, DescribedPlaces>>,
  output: NetworkOutput,
): Tensor {
  if (name === "defects") {
    invariant(output.defectLogits, "a network without a defect head");
    return smoothed(output.defectLogits, smoothing.defects);
  }
  const { of, from } = distances[name];
  const places = described[of];
  invariant(places, `a map of ${of} that were not described`);
  const distance = from === "kind" ? places.fromKind(output) : places.fromPlace(output);
  const side = Number(output.patches.shape[3]);
  return resizeLinear(smoothed(distance, smoothing[name]), side, side);
}

/** Smoothing by a fraction of the map's side, at least half a place. */
function smoothed(map: Tensor, fraction: number): Tensor {
  return gaussianBlur(map, Math.max(0.5, Number(map.shape[3]) * fraction));
}

/** The network's finest features, averaged over cells of 2 places where there are many, with those around each: float32 [M, C, g, g]. */
function networkFeatures({ features }: NetworkOutput): Tensor {
  invariant(features, "a network whose features are not known");
  return neighbourhoodMean(averageCells(features, Number(features.shape[3]) > finestGrid ? 2 : 1), 1);
}

/** Strengths of derivatives of several orders and sizes, on the same places as texture: float32 [M, D, g, g]. @param pictures - float32 [M, C, P, P]. */
function derivativeFeatures(pictures: Tensor): Tensor {
  const side = Number(pictures.shape[3]);
  return bankFeatures(pictures, side / textureCellPx(side));
}

/** The predicted noise in as many channels as pictures are read in: of grey ones the mean of its three. */
function predictedNoise({ noise, patches }: NetworkOutput): Tensor {
  return Number(patches.shape[1]) === 1 ? reduceMean(noise, { axes: [1] }) : noise;
}
