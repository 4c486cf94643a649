/** The graph of a detector: from pictures to map, score, p-value and decision, whatever method the maps come from. */
import type { Size } from "../base/raster.ts";
import { type PartModel, pictureMap } from "../features/part-frame.ts";
import type { LocatedPart } from "../features/part-pose.ts";
import { overTiles } from "../features/tiles.ts";
import {
  add,
  buildGraph,
  cast,
  constant,
  type Graph,
  greater,
  greaterOrEqual,
  input,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  type Tensor,
} from "../graph/index.ts";
import {
  areaLabels,
  highestLooked,
  lookedMap,
  meanLooked,
  onlyMaps,
  onlyPixels,
  regionScores,
  scoreOfLooked,
} from "./area-graph.ts";
import { columnsOf, constantColumns, fusedMap, highestOf, scaled, scaleRows } from "./fused-map.ts";
import type { Look, Tiles } from "./look.ts";
import { levelsOf } from "./map-level.ts";
import type { MapScale } from "./map-scale.ts";
import type { AnomalyMaps, MapSource } from "./map-source.ts";
import { outputNames } from "./model-names.ts";
import { partRatios, withPartFaults } from "./part-limits.ts";
import { type PlaceScales, standardized } from "./place-scale.ts";
import {
  canvasOf,
  greyPlanes,
  imageInput,
  partPixels,
  resizeGreyPixels,
  resizePixels,
  toNetworkRange,
} from "./preprocess.ts";
import { seenArea } from "./tiled-area.ts";

/** When an image is called anomalous. */
export interface Decision {
  /** Scores of the held-out normal images. */
  readonly calibrationScores: Float32Array;
  /** isAnomalous = score > threshold. */
  readonly threshold: number;
}

/**
 * Name of the maps before they are combined, each brought to its scale: float32 [N, C, S, S]. A model file computes them under it, but does not
 * give them: only its self-check looks at them.
 */
export const sourceMapsName = "source_maps";

/**
 * A graph from pictures of any size to what `build` makes of them.
 *
 * @param build - Named outputs, given pictures resized to [N, 3, S, S] in [-1, 1].
 * @param options - `readsGrey`: they are [N, 1, S, S], see `greyPlanes`. Default false.
 * @returns A graph with the input `image`, uint8 [N, H, W, 3].
 */
export function pictureGraph(
  imageSizePx: number,
  build: (pictures: Tensor) => Readonly<Record<string, Tensor>>,
  { readsGrey = false }: { readonly readsGrey?: boolean | undefined } = {},
): Graph {
  const image = imageInput();
  const pixels = readsGrey ? resizeGreyPixels(image, imageSizePx) : resizePixels(image, imageSizePx);
  const outputs = build(toNetworkRange(pixels));
  return buildGraph({ name: "radar", inputs: [image], outputs });
}

/** Input `image`; output `maps` float32 [N, C, S, S]: what places are standardised by. */
export function mapsGraph(source: MapSource): Graph {
  return pictureGraph(source.imageSizePx, (pictures) => ({ maps: source.maps(pictures).maps }), source);
}

/** How held-out pictures are read: brought to the square already, with what was found there; or whole, in tiles. */
export interface HeldOutLook {
  readonly places: PlaceScales | undefined;
  readonly look: Look | undefined;
}

/**
 * What the maps' scales are measured on: the places that are looked at.
 *
 * Input `image`; outputs `means` and `maxima`, and `levels` of a source that is read from them, float32 [N, C] of the maps, standardised at each
 * place if `places` are given, and `score` float32 [N, 1] where the method gives its own.
 */
export function readingGraph(source: MapSource, heldOut: HeldOutLook): Graph {
  const image = imageInput();
  const { maps, score, labels } = readHeldOut(image, source, heldOut);
  const pixels = { axes: [2, 3], keepDims: false };
  const outputs = {
    means: labels === undefined ? reduceMean(maps, pixels) : meanLooked(maps, labels),
    maxima: labels === undefined ? reduceMax(maps, pixels) : highestLooked(maps, labels),
    ...(source.readsFromLevel && { levels: levelsOf(maps, labels) }),
    ...(score && { score }),
  };
  return buildGraph({ name: "radar", inputs: [image], outputs });
}

/** Inputs `image` and `scales`, see {@link scalesArray}; output `highest` float32 [N, 1]: the largest pixel of the anomaly map that is looked at. */
export function highestGraph(source: MapSource, heldOut: HeldOutLook, mapCount: number): Graph {
  const image = imageInput();
  const scales = input("scales", "float32", [scaleRows, mapCount]);
  const { maps, labels } = readHeldOut(image, source, heldOut);
  const even = scaled(maps, columnsOf(scales, source.readsFromLevel ?? false), labels);
  const map = fusedMap(even, source.groups);
  return buildGraph({ name: "radar", inputs: [image, scales], outputs: { highest: highestOf(map, labels) } });
}

function readHeldOut(image: Tensor, source: MapSource, { places, look = {} }: HeldOutLook): Read {
  const { area, tiles } = look;
  if (tiles) return readTiles(image, source, { ...look, tiles });
  const resized = source.readsGrey ? resizeGreyPixels : resizePixels;
  const { maps, score } = source.maps(toNetworkRange(resized(image, source.imageSizePx)));
  return {
    maps: places === undefined ? maps : standardized(maps, places),
    ...(score && { score }),
    labels: area && areaLabels(area),
  };
}

/** What a method makes of pictures where it looks. */
interface Read extends AnomalyMaps {
  /** On the maps' grid, float32 [1, 1, H, W]; absent where everything is looked at. */
  readonly labels?: Tensor | undefined;
  /** Where a part is found first, with the size of whole pictures on a grid of such pixels. */
  readonly located?: (LocatedPart & { readonly model: PartModel; readonly size: Size }) | undefined;
}

/** In one square. @param image - uint8 [N, H, W, 3]. */
function readSquare(image: Tensor, source: MapSource, { part, area }: Look): Read {
  const side = source.imageSizePx;
  const found = part && partPixels(image, side, part.model);
  const labels = area && areaLabels(area);
  const resized = source.readsGrey && !area ? resizeGreyPixels : resizePixels;
  const pixels = found?.pixels ?? resized(image, side);
  const seen = area && labels ? onlyPixels(pixels, labels, area) : pixels;
  const located = part && found && { ...found, model: part.model, size: { width: side, height: side } };
  return { ...mapsOf(source, seen), labels, located };
}

/** @param pixels - float32 [N, 3, S, S] in [0, 255], or [N, 1, S, S] where the source reads grey. */
function mapsOf(source: MapSource, pixels: Tensor): AnomalyMaps {
  return source.maps(toNetworkRange(source.readsGrey ? greyPlanes(pixels) : pixels));
}

/** In tiles. @param image - uint8 [N, H, W, 3]. */
function readTiles(
  image: Tensor,
  source: MapSource,
  { part, area, tiles }: Look & { readonly tiles: Tiles },
): Read {
  const grid = { tilePx: source.imageSizePx, overlapPx: tiles.overlapPx };
  const { pixels, located } = canvasOf(image, tiles, part);
  const seen = area && seenArea(pixels, area);
  const readTile = ([tile = image, labels]: readonly Tensor[]): AnomalyMaps => {
    const { maps, score } = mapsOf(source, tile);
    return { maps, ...(score && { score: labels === undefined ? score : scoreOfLooked(score, labels) }) };
  };
  const layers = seen?.labels ? ([seen.pixels, seen.labels] as const) : ([seen?.pixels ?? pixels] as const);
  const { maps, score } = overTiles(layers, grid, readTile);
  const width = Math.round((tiles.framePx ?? 0) / (part?.model.frame ?? 1));
  return {
    maps: seen ? seen.whole(maps) : maps,
    ...(score && { score }),
    labels: seen?.wholeLabels,
    located: part &&
      located && {
        ...located,
        model: part.model,
        size: { width, height: Math.round(width * part.model.aspect) },
      },
  };
}

/**
 * The detector; without a decision, its map and score only.
 *
 * Input `image` uint8 [N, H, W, 3]. Outputs `anomaly_map` float32 [N, 1, S, S], of tiles [N, 1, H, W], `anomaly_score` and `p_value` float32 [N],
 * `is_anomalous` bool [N]; of models that find a part first, or look at an area only, {@link outputNames} has more. And, for the self-check,
 * {@link sourceMapsName}.
 */
export function detectorGraph(
  source: MapSource,
  fitted: {
    readonly places?: PlaceScales | undefined;
    readonly scales: readonly MapScale[];
    readonly decision?: Decision;
    /** Where it looks. Of pictures in which a part is found first, the map is brought back into them. */
    readonly look?: Look | undefined;
  },
): Graph {
  const { places, scales, decision, look = {} } = fitted;
  const { part, area, tiles } = look;
  const image = imageInput();
  const read = tiles ? readTiles(image, source, { ...look, tiles }) : readSquare(image, source, look);
  const { maps, score: ownScore, labels, located } = read;
  const even = places === undefined ? maps : standardized(maps, places);
  const sources = scaled(even, constantColumns(scales), labels);
  const whole = fusedMap(sources, source.groups);
  const map = labels === undefined ? whole : onlyMaps(whole, labels);
  const ofFrame = ownScore ?? highestOf(map, labels);
  const ratios = part && located && partRatios(located, part.limits);
  const score = ratios && decision ? withPartFaults(ofFrame, ratios, decision.threshold) : ofFrame;
  const outputs = {
    [outputNames.map]: located ? pictureMap(map, located.pose, located.model, located.size) : map,
    [outputNames.score]: reshape(score, ["N"]),
    ...(ratios && { [outputNames.partRatios]: ratios }),
    ...(labels && !area?.isOfPart && { [outputNames.lookedAt]: lookedMap(map, labels, located) }),
    ...(area &&
      labels &&
      area.names.length > 0 && { [outputNames.regionScores]: regionScores(map, labels, area.names) }),
    ...(decision && {
      [outputNames.pValue]: conformalPValue(score, decision.calibrationScores),
      [outputNames.isAnomalous]: greater(reshape(score, ["N"]), scalar(decision.threshold)),
    }),
    [sourceMapsName]: labels === undefined ? sources : onlyMaps(sources, labels),
  };
  return buildGraph({ name: "radar", inputs: [image], outputs });
}

/** (1 + #{calibration scores >= score}) / (n + 1), float32 [N]. */
function conformalPValue(score: Tensor, calibrationScores: Float32Array): Tensor {
  const count = calibrationScores.length;
  const others = constant({ dtype: "float32", shape: [1, count], data: calibrationScores });
  const noLower = reduceSum(cast(greaterOrEqual(others, score), "float32"), { axes: [1], keepDims: false });
  return mul(add(noLower, scalar(1)), scalar(1 / (count + 1)));
}
