/** The method's part of a model file: what lies between pictures of its size and its maps. */
import { OnnxFormatError } from "../base/errors.ts";
import { embedNetwork } from "../graph/index.ts";
import { NetworkFile, type NetworkNode } from "../onnx/index.ts";
import type { DetectorDescription } from "./description.ts";
import type { MapGroup, MapSource } from "./map-source.ts";
import { outputNames } from "./model-names.ts";

/** The method's part of a model file as a model of its own. */
export interface NetworkWithin {
  readonly model: Uint8Array;
  /** Its input, float32 [N, 3, S, S] in [-1, 1], or [N, 1, S, S] of a model that reads grey. */
  readonly input: string;
  /** Its maps before they are brought to one scale, float32 [N, C, S, S]. */
  readonly maps: string;
  /** C. */
  readonly mapCount: number;
  /** How they are put together; absent for their mean. */
  readonly groups?: readonly MapGroup[];
  /** The method's own score, float32 [N, 1], where it gives one. */
  readonly score?: string;
}

/**
 * Takes the method's part out of a model file. Places are standardised in it already where they are.
 *
 * @param model - A model file that reads whole pictures as they lie.
 * @throws {OnnxFormatError} E_ONNX if the parts are not where every version of ours has put them.
 */
export function networkWithin(model: Uint8Array): NetworkWithin {
  const file = new NetworkFile(model);
  const makers = new Map(file.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const isPictures = ({ type, inputs }: NetworkNode): boolean => {
    const scaled = makers.get(inputs[0] ?? "");
    const factor = file.constant(scaled?.inputs[1] ?? "")?.data;
    return type === "Sub" && scaled?.type === "Mul" && factor?.length === 1 && factor[0] === perLevel;
  };
  const [input = ""] = file.nodes.find(isPictures)?.outputs ?? [];
  const { sources, groups } = fusedWithin(file, makers);
  const centred = maker(makers, maker(makers, sources, "Mul").inputs[0], "Sub");
  const [maps = ""] = centred.inputs;
  const mapCount = file.constant(centred.inputs[1] ?? "")?.shape[1] ?? 1;
  const score = ownScore(maker(makers, outputNames.score, "Reshape"), makers);
  return {
    model: file.cut(input, score === undefined ? [maps] : [maps, score]),
    input,
    maps,
    mapCount,
    ...(groups && { groups }),
    ...(score !== undefined && { score }),
  };
}

/** Nodes by the names of the tensors that they make. */
type Makers = ReadonlyMap<string, NetworkNode>;

/** The node, of one of the types, that makes a tensor. */
function maker(makers: Makers, name: string | undefined, ...types: readonly string[]): NetworkNode {
  let node = makers.get(name ?? "");
  if (node?.type === "Identity") node = makers.get(node.inputs[0] ?? "");
  if (node !== undefined && types.includes(node.type)) return node;
  throw misplaced(`${types.join(" or ")} behind ${name}`, node?.type ?? "nothing");
}

function misplaced(expected: string, got: string): OnnxFormatError {
  return new OnnxFormatError(
    `model: expected a detector's ${expected}, got ${got}. Train it again with this version.`,
  );
}

/** What `fusedMap` wrote: the maps on one scale, and how they are put together. */
function fusedWithin(
  file: NetworkFile,
  makers: Makers,
): { readonly sources: string | undefined; readonly groups?: readonly MapGroup[] } {
  const fused = maker(makers, outputNames.map, "ReduceMean", "Add");
  if (fused.type === "ReduceMean") return { sources: fused.inputs[0] };
  const terms = fused.inputs.flatMap((name) => operands(makers, name, "Add"));
  const groups = terms.map((term) => {
    const [highest = "", weightName = ""] = maker(makers, term, "Mul").inputs;
    const weight = file.constant(weightName)?.data[0];
    if (weight === undefined) throw misplaced(`constant weight behind ${term}`, weightName);
    const slices = operands(makers, highest, "Max").map((name) => maker(makers, name, "Slice"));
    const maps = slices.map(({ inputs: [, start = ""] }) => {
      const map = file.integers(start)?.[0];
      if (map === undefined) throw misplaced(`constant place of a map behind ${highest}`, start);
      return map;
    });
    return { sources: slices[0]?.inputs[0], maps, weight };
  });
  return {
    sources: groups[0]?.sources,
    groups: groups.map(({ maps, weight }) => ({ maps, weight })),
  };
}

/** The tensors that a chain of nodes of one type is made of. */
function operands(makers: Makers, name: string, type: string): readonly string[] {
  const node = makers.get(name);
  return node?.type === type ? node.inputs.flatMap((each) => operands(makers, each, type)) : [name];
}

/** What a level of 255 is in the network's range. */
const perLevel = Math.fround(1 / 127.5);

/** The tensor that is reshaped to the score, unless that is the map's largest value. */
function ownScore(reshaped: NetworkNode, makers: Makers): string | undefined {
  let [name = ""] = reshaped.inputs;
  let node = makers.get(name);
  while (node?.type === "Reshape") {
    const largest = makers.get(node.inputs[0] ?? "");
    if (largest?.type === "ReduceMax" && largest.inputs[0] === outputNames.map) return undefined;
    [name = ""] = node.inputs;
    node = largest;
  }
  return name;
}

/** The method's part as a source of maps. @param network - As {@link networkWithin} gave it, or another that computes the same. */
export function mapsOfNetwork(
  { model, input, maps, mapCount, groups, score }: NetworkWithin,
  {
    imageSizePx,
    calibration,
    readsGrey,
  }: Pick<DetectorDescription, "imageSizePx" | "calibration"> & {
    readonly readsGrey: boolean;
  },
): MapSource {
  return {
    imageSizePx,
    standardizesPlaces: false,
    ...(groups && { groups }),
    readsGrey,
    ...(calibration.rule === "method" && { threshold: calibration.threshold }),
    maps: (pictures) => {
      const batch = pictures.shape[0] ?? "N";
      const outputs = [
        {
          name: maps,
          type: { dtype: "float32" as const, shape: [batch, mapCount, imageSizePx, imageSizePx] },
        },
        ...(score === undefined
          ? []
          : [{ name: score, type: { dtype: "float32" as const, shape: [batch, 1] } }]),
      ];
      const [found = pictures, own] = embedNetwork(pictures, { model, input, outputs });
      return { maps: found, ...(own && { score: own }) };
    },
  };
}
