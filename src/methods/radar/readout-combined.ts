/** Our scorings of one call: what the network marks as a defect, and how far its features, and colour and texture, are from those of good images. */
import { invariant } from "../../base/check.ts";
import type { MapGroup } from "../../detectors/map-source.ts";
import { bankFeatures } from "../../features/filter-bank.ts";
import { gaussianBlur, neighbourhoodMean } from "../../features/map-filter.ts";
import { strengthFeatures, textureCellPx, textureFeatures } from "../../features/texture-features.ts";
import { averageCells, concat, resizeLinear, type Tensor } from "../../graph/index.ts";
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
} as const;

/** How much maps count; those of the network 1 each (ours). */
const weights = {
  /** Kinds of texture. */
  kinds: 2,
  /** Strengths, where they are read and a place tells no more than its kind. */
  strengths: 2,
  /** The highest of the maps that compare a place with the same one, where it tells more. */
  places: 6,
} as const;

/** What a place has to tell of strengths beyond its kind, as a share of what the kind leaves, for places to count most (ours). */
const leastBeyondKinds = 0.22;

/**
 * Names of the maps: logits of the defect head; distance of the network's features; of texture, and of it from the nearest of its kinds; of strengths of
 * detail; and of strengths of derivatives.
 */
export const readMapNames = ["defects", "features", "texture", "kinds", "strengths", "derivatives"] as const;

/** One of {@link readMapNames}. */
export type ReadMap = (typeof readMapNames)[number];

type DescriptionName = "features" | "texture" | "strengths" | "derivatives";

const descriptions: Readonly<Record<DescriptionName, Description>> = {
  features: { of: networkFeatures, isNormalized: false },
  texture: { of: ({ patches }) => textureFeatures(patches), isNormalized: true },
  strengths: { of: ({ patches }) => strengthFeatures(patches), isNormalized: true },
  derivatives: { of: derivativeFeatures, isNormalized: true },
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
};

/**
 * One call at a low noise level, without added noise: the logits of a head trained on synthetic defects; the distance of the network's
 * finest features from those of good images; and, which need no network, distances of colour and texture: of smooth surroundings from the nearest of some kinds of
 * places and, as far as good images lie alike, of one or three descriptions from the same place in good images. Which are read, {@link together} says.
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
 * Some of the maps, brought to one scale; their mean is the anomaly map. Where all of them are asked for, which are read and how they count
 * depends on how alike good images lie: see {@link together}.
 *
 * @param maps - At least one, in the order of {@link readMapNames}.
 */
export function readoutOf(maps: readonly ReadMap[], summary: string = maps.join(" and ")): Readout {
  const needed = maps.flatMap((name) => (name === "defects" ? [] : distances[name].of));
  const described = Object.entries(descriptions).filter(([name]) => needed.some((need) => need === name));
  const readsKinds = maps.some((name) => name !== "defects" && distances[name].from === "kind");
  const readsAll = readMapNames.every((name) => maps.includes(name));
  return {
    summary,
    settings: {
      timestep,
      smoothing: Object.fromEntries(maps.map((name) => [name, smoothing[name]])),
      ...(readsKinds && { mixtureComponents }),
      ...(readsAll && { weights, leastBeyondKinds }),
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
      const { read, groups, found } = readsAll ? together(places) : { read: maps };
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

/**
 * Which maps are read, and how they count. Always those of the network and kinds of texture. Beside them, where good images are aligned and a place tells
 * more than its kind does, the highest of three that compare it with the same place. Where it does not - a part that lies anyhow is told from its
 * ground by where it is, and no more -, strengths alone, and they count less; and where images are not aligned at all nothing: strengths of any place are
 * then within what is usual somewhere.
 */
function together({ strengths }: Readonly<Record<string, DescribedPlaces>>): {
  readonly read: readonly ReadMap[];
  readonly groups: readonly MapGroup[];
  readonly found?: Readonly<Record<string, unknown>>;
} {
  const always = ["defects", "features", "kinds"] as const;
  const groups = [
    { maps: [0], weight: 1 },
    { maps: [1], weight: 1 },
    { maps: [2], weight: weights.kinds },
  ];
  if (!strengths?.areToldApart) return { read: always, groups };
  const placesBeyondKinds = strengths.beyondKinds();
  const found = { placesBeyondKinds };
  return placesBeyondKinds < leastBeyondKinds
    ? {
        read: [...always, "strengths"],
        groups: [...groups, { maps: [3], weight: weights.strengths }],
        found,
      }
    : {
        read: [...always, "texture", "strengths", "derivatives"],
        groups: [...groups, { maps: [3, 4, 5], weight: weights.places }],
        found,
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

/** Strengths of derivatives of several orders and sizes, on the same places as texture: float32 [M, D, g, g]. */
function derivativeFeatures({ patches }: NetworkOutput): Tensor {
  const side = Number(patches.shape[3]);
  return bankFeatures(patches, side / textureCellPx(side));
}
