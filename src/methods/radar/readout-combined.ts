/** Our scorings of one call: what the network marks as a defect, and how far its features, and colour and texture, are from those of good images. */
import { floatValues, type NdArray } from "../../base/array.ts";
import { invariant } from "../../base/check.ts";
import type { Random } from "../../base/random.ts";
import type { MapGroup } from "../../detectors/map-source.ts";
import {
  fitGaussianMixture,
  type GaussianMixture,
  mixtureDistance,
} from "../../estimators/gaussian-mixture.ts";
import { instanceShare, normalizedInstance, normalizedInstances } from "../../estimators/instance-norm.ts";
import { PlaceGaussianFit, placeDistance } from "../../estimators/place-gaussian.ts";
import { PlaceSample } from "../../estimators/place-sample.ts";
import { bankFeatures } from "../../features/filter-bank.ts";
import { gaussianBlur, neighbourhoodMean } from "../../features/map-filter.ts";
import { strengthFeatures, textureCellPx, textureFeatures } from "../../features/texture-features.ts";
import { add, averageCells, concat, mul, resizeLinear, scalar, type Tensor } from "../../graph/index.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

const timestep = 50; // of 1000 (ours)
const mixtureComponents = 16; // kinds of places (ours)
const mixturePoints = 16_000; // that the mixture is fitted on (ours)
const placesWeight = 6; // of the highest of texture, strengths and derivatives, where places are told apart; a map of the network counts 1 (ours)
const kindsWeight = 2; // of kinds of texture, where they are a map of their own (ours)
const textureWeight = 2; // of texture, where they are not and the other two are left out (ours)
const finestGrid = 48; // places along a side of the network's features that are not averaged over cells (ours)

/** Standard deviations of the maps' smoothing as fractions of the patch's side (ours). */
const smoothing = {
  defects: 1 / 64,
  features: 1 / 24,
  texture: 1 / 24,
  kinds: 1 / 24,
  strengths: 1 / 96,
  derivatives: 1 / 96,
} as const;

/**
 * Names of the maps: logits of the defect head; distance of the network's features, of texture, of texture from the nearest of its kinds, of strengths of
 * detail, and of strengths of derivatives.
 */
export const readMapNames = ["defects", "features", "texture", "kinds", "strengths", "derivatives"] as const;

/** One of {@link readMapNames}. */
export type ReadMap = (typeof readMapNames)[number];

/** Those that need no network and compare places with the same one in good pictures, where places are told apart. */
const placeMaps: readonly ReadMap[] = ["texture", "strengths", "derivatives"];

/** What describes the places of pictures: its distance from that of good ones is a map. */
interface Description {
  /** float32 [M, D, g, g]. */
  readonly of: (output: NetworkOutput) => Tensor;
  /** Whether a place is compared with kinds of places, too: where places are not told apart the mean of both distances is taken, else kinds are a map of their own. */
  readonly hasKinds: boolean;
  /** Whether a picture's own light and contrast are taken out of it, as far as good pictures differ in them and places are told apart. */
  readonly isNormalized: boolean;
}

const descriptions: Readonly<Partial<Record<ReadMap, Description>>> = {
  features: { of: networkFeatures, hasKinds: false, isNormalized: false },
  texture: { of: ({ patches }) => textureFeatures(patches), hasKinds: true, isNormalized: true },
  strengths: { of: ({ patches }) => strengthFeatures(patches), hasKinds: false, isNormalized: true },
  derivatives: { of: derivativeFeatures, hasKinds: false, isNormalized: true },
};

/**
 * One call at a low noise level, without added noise: the logits of a head trained on synthetic defects; the distance of the network's
 * finest features from those of good images; and, which need no network, distances of colour and texture: one of smooth surroundings and, where places
 * are told apart, one from the nearest of some kinds of places and two of every place by itself. Where they are not, the first is the mean of two: from the Gaussian of all places and from the
 * nearest kind.
 */
export const combinedReadout: Readout = readoutOf(
  readMapNames,
  "defect head trained on planted defects, and distance of the network's features, and of colour and texture, from those of good images",
);

/** The same call read by the network alone: the head's logits, and the distance of its finest features from those of good images. */
export const networkReadout: Readout = readoutOf(
  ["defects", "features"],
  "defect head trained on planted defects, and distance of the network's features from those of good images",
);

/**
 * Some of the maps, brought to one scale; their mean is the anomaly map. Where all of them are read, what counts how much
 * depends on whether places are told apart: see {@link togetherOf}.
 *
 * @param maps - At least one, in the order of {@link readMapNames}.
 */
export function readoutOf(maps: readonly ReadMap[], summary: string = maps.join(" and ")): Readout {
  const described = Object.entries(descriptions).filter(([name]) =>
    maps.some((map) => map === name || (map === "kinds" && name === "texture")),
  );
  const readsKinds = maps.includes("texture") || maps.includes("kinds");
  const readsAll = readMapNames.every((name) => maps.includes(name));
  return {
    summary,
    settings: {
      timestep,
      smoothing: smoothingOf(maps),
      ...(readsKinds && { mixtureComponents }),
      ...(readsAll && { placesWeight, kindsWeight, textureWeight }),
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
    fit: async (images, { random, sample, isLocated = false }) => {
      const shares = await instanceShares(described, sample);
      const fitted = await fitPlaces(images, described, { random, shares });
      const distances = new Map(
        described.flatMap(([name, description]) => {
          const { own, ofKinds } = distancesFrom(description, {
            fitted: fitted[name],
            share: shares[name] ?? 0,
            random,
          });
          return ofKinds ? [[name, own] as const, ["kinds", ofKinds] as const] : [[name, own] as const];
        }),
      );
      const distance = (name: ReadMap, output: NetworkOutput) => {
        const fitted = distances.get(name);
        invariant(fitted, `a map of ${name} that was not fitted`);
        return ofPictureSize(smoothed(fitted.of(output), smoothing[name]), output);
      };
      const map: Readonly<Record<ReadMap, (output: NetworkOutput) => Tensor>> = {
        defects: ({ defectLogits }) => {
          invariant(defectLogits, "a network without a defect head");
          return smoothed(defectLogits, smoothing.defects);
        },
        features: (output) => distance("features", output),
        texture: (output) => distance("texture", output),
        kinds: (output) => distance("kinds", output),
        strengths: (output) => distance("strengths", output),
        derivatives: (output) => distance("derivatives", output),
      };
      const told = {
        areToldApart: distances.get("strengths")?.isByPlace === true,
        differInContrast: Object.keys(shares).length > 0,
        isLocated,
      };
      const { read, groups } = readsAll ? togetherOf(maps, told) : { read: maps };
      return {
        maps: (output) =>
          concat(
            read.map((name) => map[name](output)),
            1,
          ),
        ...(groups && { groups }),
        ...(Object.keys(shares).length > 0 && { found: { instanceShares: shares } }),
      };
    },
  };
}

/**
 * Which maps are read, and how they count: each map of the network by itself, and beside them, where places are told apart, kinds of texture and the
 * highest of {@link placeMaps} - without kinds and derivatives where good pictures differ in contrast, which is not all that these differ in there, and
 * without kinds where the part was found first, so that its places are those of good ones -, else texture alone: strengths of any place are then within
 * what is usual somewhere.
 */
function togetherOf(
  maps: readonly ReadMap[],
  {
    areToldApart,
    differInContrast,
    isLocated,
  }: { readonly areToldApart: boolean; readonly differInContrast: boolean; readonly isLocated: boolean },
): { readonly read: readonly ReadMap[]; readonly groups: readonly MapGroup[] } {
  const isRead: Readonly<Partial<Record<ReadMap, boolean>>> = {
    kinds: areToldApart && !differInContrast && !isLocated,
    strengths: areToldApart,
    derivatives: areToldApart && !differInContrast,
  };
  const read = maps.filter((name) => isRead[name] ?? true);
  const places = read.flatMap((name, i) => (placeMaps.includes(name) ? i : []));
  const others = read.flatMap((name, i) =>
    places.includes(i) ? [] : { maps: [i], weight: name === "kinds" ? kindsWeight : 1 },
  );
  const weight = areToldApart ? placesWeight : textureWeight;
  return { read, groups: [...others, { maps: places, weight }] };
}

/** A map of how far places are from those of good images. */
interface Distance {
  /** float32 [M, 1, g, g]. */
  readonly of: (output: NetworkOutput) => Tensor;
  /** Whether it is compared with its own place in good images, rather than with all places. */
  readonly isByPlace: boolean;
}

/** How far a place is from those of good images, and from the nearest kind of them. */
function distancesFrom(
  { of, hasKinds }: Description,
  {
    fitted,
    share,
    random,
  }: { readonly fitted: FittedPlaces | undefined; readonly share: number; readonly random: Random },
): { readonly own: Distance; readonly ofKinds?: Distance } {
  invariant(fitted, "a readout fitted on no images");
  const places = fitted.fit.finish();
  const isByPlace = Number(places.mean.shape[0]) > 1;
  const described = new WeakMap<NetworkOutput, Tensor>(); // both distances are of the same values
  const values = (output: NetworkOutput): Tensor => {
    const known = described.get(output) ?? normalizedInstances(of(output), share);
    described.set(output, known);
    return known;
  };
  const ofPlace = (output: NetworkOutput) => placeDistance(values(output), places);
  if (!hasKinds) return { own: { of: ofPlace, isByPlace } };
  let kinds: GaussianMixture | undefined; // fitted where they are read
  const ofKind = (output: NetworkOutput) => {
    kinds ??= kindsOf(fitted, random.split("mixture"));
    return mixtureDistance(values(output), kinds);
  };
  const both = (output: NetworkOutput) => mul(add(ofPlace(output), ofKind(output)), scalar(0.5));
  return { own: { of: isByPlace ? ofPlace : both, isByPlace }, ofKinds: { of: ofKind, isByPlace: false } };
}

function smoothingOf(maps: readonly ReadMap[]): Partial<typeof smoothing> {
  return Object.fromEntries(Object.entries(smoothing).filter(([name]) => maps.some((map) => map === name)));
}

/** The network's finest features, averaged over cells of 2 places where there are many, with those around each: float32 [M, C, g, g]. */
function networkFeatures({ features }: NetworkOutput): Tensor {
  invariant(features, "a network whose features are not known");
  return neighbourhoodMean(averageCells(features, Number(features.shape[3]) > finestGrid ? 2 : 1), 1);
}

/** Strengths of derivatives of several orders and sizes, on the same places as texture: float32 [M, D, g, g]. */
function derivativeFeatures({ patches }: NetworkOutput): Tensor {
  const side = Number(patches.shape[3]);
  return bankFeatures(patches, side / textureCellPx(side));
}

interface FittedPlaces {
  readonly fit: PlaceGaussianFit;
  readonly sample: PlaceSample;
  readonly dimensions: number;
}

/**
 * @param images - What describes the places of each image's patches, by name, float32 [M, D, g, g].
 * @param described - What is described, by the same names.
 * @param options - `shares`: as {@link instanceShares} gives them.
 */
async function fitPlaces(
  images: AsyncIterable<Readonly<Record<string, NdArray>>>,
  described: readonly (readonly [string, Description])[],
  { random, shares }: { readonly random: Random; readonly shares: Shares },
): Promise<Readonly<Record<string, FittedPlaces>>> {
  const fitted: Record<string, FittedPlaces> = {};
  for await (const image of images) {
    for (const [name] of described) {
      const { patches, dimensions, places } = patchesOf([image[name]]);
      fitted[name] ??= {
        fit: new PlaceGaussianFit(places, dimensions),
        sample: new PlaceSample(dimensions, mixturePoints, random.split("places")),
        dimensions,
      };
      for (const patch of patches) {
        const features = normalizedInstance(patch, dimensions, shares[name] ?? 0);
        fitted[name].fit.add(features);
        fitted[name].sample.add(features);
      }
    }
  }
  return fitted;
}

/** How much of a picture's own light and contrast is taken out of a description, by its name; 0 where there is none. */
type Shares = Readonly<Record<string, number>>;

async function instanceShares(
  described: readonly (readonly [string, Description])[],
  sample: AsyncIterable<Readonly<Record<string, NdArray>>>,
): Promise<Shares> {
  const normalized = described.flatMap(([name, { isNormalized }]) => (isNormalized ? name : []));
  if (normalized.length === 0) return {};
  const images: Readonly<Record<string, NdArray>>[] = [];
  for await (const image of sample) images.push(image);
  const shares = normalized.map((name) => {
    const { patches, dimensions } = patchesOf(images.map((image) => image[name]));
    return [name, instanceShare(patches, dimensions)] as const;
  });
  return Object.fromEntries(shares.filter(([, share]) => share > 0));
}

/**
 * What describes each patch of images, float32 [D, L] each.
 *
 * @param observations - float32 [M, D, h, w] each, L = h·w; at least one.
 */
function patchesOf(observations: readonly (NdArray | undefined)[]) {
  const [, dimensions = 0, height = 1, width = 1] = observations[0]?.shape ?? [];
  const places = height * width;
  const size = dimensions * places;
  const patches = observations.flatMap((observation) => {
    invariant(observation, "an image that lacks an observation");
    const values = floatValues(observation);
    return Array.from({ length: values.length / size }, (_, patch) =>
      values.subarray(patch * size, (patch + 1) * size),
    );
  });
  return { patches, dimensions, places };
}

function kindsOf({ fit, sample, dimensions }: FittedPlaces, random: Random): GaussianMixture {
  return fitGaussianMixture(sample.rows(), dimensions, {
    components: mixtureComponents,
    addedVariance: fit.spreadOfImages(),
    random,
  });
}

function ofPictureSize(map: Tensor, { patches }: NetworkOutput): Tensor {
  const side = Number(patches.shape[3]);
  return resizeLinear(map, side, side);
}

/** Smoothing by a fraction of the map's side, at least half a place. */
function smoothed(map: Tensor, fraction: number): Tensor {
  return gaussianBlur(map, Math.max(0.5, Number(map.shape[3]) * fraction));
}
