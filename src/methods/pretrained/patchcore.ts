/** PatchCore: the distance to the nearest of remembered patch features of a pretrained network that the user brings. */
import { checkAborted } from "../../base/abort.ts";
import { DataError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { coreset } from "../../estimators/coreset.ts";
import { nearestDistances, type PatchMemory, patchMemory } from "../../estimators/patch-memory.ts";
import { placeRows } from "../../estimators/place-rows.ts";
import {
  concat,
  constant,
  conv2d,
  matmul,
  reduceMax,
  reshape,
  resizeLinear,
  type Tensor,
} from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import { smoothedMap, withFeatures } from "../statistical/statistical.ts";
import { type Backbone, backboneFeatures, type Stage } from "./backbone.ts";
import {
  type BackboneOptions,
  type BackboneSettings,
  type BackboneSource,
  backboneMethod,
} from "./backbone-method.ts";

/** Constants of PatchCore. */
export interface PatchcoreSettings extends BackboneSettings {
  /** Dimensions in which centres are chosen. */
  readonly projected: number;
  /** Share of the patches that is remembered, but */
  readonly memoryShare: number;
  /** So many patches at most. */
  readonly mostRemembered: number;
  /** Patches to choose from, at most. */
  readonly mostCandidates: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether an image's score is the largest distance (the paper's) or the maximum of its smoothed map. */
  readonly score: "distance" | "map";
}

/** PatchCore, given its options. @see docs/detectors/patchcore.md */
export const patchcoreMethod: Method<BackboneOptions, PatchcoreSettings> = backboneMethod<PatchcoreSettings>({
  method: "patchcore",
  scoring: "distance",
  settings: {
    strides: [8, 16], // layers 2 and 3 of a ResNet (the paper's)
    projected: 128, // the authors' code
    memoryShare: 0.1, // the paper's
    mostRemembered: 2000, // ours: model size and time
    mostCandidates: 100_000, // ours: memory and time
    smoothing: 1 / 64, // anomalib's: 4 of 256 pixels
    score: "distance",
  },
  learn,
});

async function learn(
  context: LearningContext,
  imageSize: number,
  { backbone, stages, settings }: BackboneSource & { readonly settings: PatchcoreSettings },
): Promise<Pick<Learned, "source" | "parameters" | "found">> {
  const { smoothing, score } = settings;
  const rows = (pictures: Tensor) => patchRows(backbone, stages, pictures);
  const chosen = await chosenPatches(context, { imageSize, stages, rows, settings });
  const memory = await remembered(context, { imageSize, rows, chosen });
  const { height = 1, width = 1 } = stages[0] ?? {};
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: false,
      maps: (pictures) => {
        const distances = nearestDistances(rows(pictures), memory);
        const batch = distances.shape[0] ?? "N";
        const maps = smoothedMap(reshape(distances, [batch, 1, height, width]), imageSize, smoothing);
        return { maps, ...(score === "distance" && { score: reduceMax(distances, { axes: [1] }) }) };
      },
    },
    parameters: memory.patches.length,
    found: { remembered: chosen.length },
  };
}

/** Features around each place of the finest stage, means over 3 x 3 places, float32 [N, h·w, D]. */
function patchRows(backbone: Backbone, stages: readonly Stage[], pictures: Tensor): Tensor {
  const { height = 1, width = 1 } = stages[0] ?? {};
  const parts = backboneFeatures(backbone, stages, pictures).map((features, i) => {
    const mean = meanOfNeighbours(features);
    return i === 0 ? mean : resizeLinear(mean, height, width);
  });
  return placeRows(concat(parts, 1));
}

/** Means over 3 x 3 places of each channel, zeros around the picture, as the paper pools them; the same shape. */
function meanOfNeighbours(x: Tensor): Tensor {
  const channels = Number(x.shape[1]);
  const data = new Float32Array(channels * 9).fill(1 / 9);
  const weight = constant({ dtype: "float32", shape: [channels, 1, 3, 3], data });
  return conv2d(x, weight, { padding: 1, groups: channels });
}

/** A patch of the images that are learned from. */
interface PatchPlace {
  readonly image: number;
  readonly place: number;
}

interface Source {
  readonly imageSize: number;
  readonly rows: (pictures: Tensor) => Tensor;
}

/** Patches near all others, chosen after a random projection, which hardly changes distances (Johnson and Lindenstrauss 1984). */
async function chosenPatches(
  context: LearningContext,
  {
    imageSize,
    rows,
    stages,
    settings,
  }: Source & { readonly stages: readonly Stage[]; readonly settings: PatchcoreSettings },
): Promise<PatchPlace[]> {
  const { projected, memoryShare, mostRemembered, mostCandidates } = settings;
  const random = context.random.split("coreset");
  const channels = stages.reduce((sum, stage) => sum + stage.channels, 0);
  const dimensions = Math.min(projected, channels);
  const projection = constant({
    dtype: "float32",
    shape: [channels, dimensions],
    data: random.split("projection").normals(channels * dimensions),
  });
  const places = (stages[0]?.height ?? 0) * (stages[0]?.width ?? 0);
  const perImage = Math.max(1, Math.min(places, Math.floor(mostCandidates / context.shown.length)));
  const candidates: PatchPlace[] = [];
  const values = new Float32Array(context.shown.length * perImage * dimensions);
  const project = (pictures: Tensor) => matmul(rows(pictures), projection);
  await withFeatures(context, imageSize, project, async (images) => {
    let image = 0;
    for await (const { data } of images) {
      for (const place of pickedPlaces(places, perImage, random)) {
        values.set(
          data.subarray(place * dimensions, (place + 1) * dimensions),
          candidates.length * dimensions,
        );
        candidates.push({ image, place });
      }
      image++;
    }
  });
  if (!values.every(Number.isFinite)) {
    throw new DataError(
      "E_DATA",
      "patchcore: expected finite features, got NaN or Infinity from the backbone.",
    );
  }
  const all = context.shown.length * places;
  const count = Math.max(1, Math.min(mostRemembered, candidates.length, Math.round(memoryShare * all)));
  context.onStage?.(`choosing ${count} of ${candidates.length} patches to remember`);
  const first = random.integer(candidates.length);
  const chosen = await coreset(values, dimensions, { count, first, pause: () => pause(context) });
  return chosen.map((row) => candidates[row] ?? { image: 0, place: 0 });
}

function pickedPlaces(places: number, count: number, random: Random): Uint32Array {
  if (count >= places) return Uint32Array.from({ length: places }, (_, place) => place);
  return random.permutation(places).slice(0, count);
}

/** Lets timers and signals have their turn. @throws {AbortError} E_ABORTED if the training is to stop. */
async function pause({ signal }: LearningContext): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  checkAborted(signal, "training");
}

async function remembered(
  context: LearningContext,
  { imageSize, rows, chosen }: Source & { readonly chosen: readonly PatchPlace[] },
): Promise<PatchMemory> {
  const byImage = new Map<number, [row: number, place: number][]>();
  for (const [row, { image, place }] of chosen.entries()) {
    byImage.set(image, [...(byImage.get(image) ?? []), [row, place]]);
  }
  const patches = await withFeatures(context, imageSize, rows, async (images) => {
    let [kept, image] = [new Float32Array(), 0];
    for await (const { shape, data } of images) {
      const dimensions = shape[2] ?? 0;
      if (image === 0) kept = new Float32Array(chosen.length * dimensions);
      for (const [row, place] of byImage.get(image) ?? []) {
        kept.set(data.subarray(place * dimensions, (place + 1) * dimensions), row * dimensions);
      }
      image++;
    }
    return kept;
  });
  return patchMemory(patches, chosen.length);
}
