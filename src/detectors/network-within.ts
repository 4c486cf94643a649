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
  const maker = (name: string | undefined, ...types: readonly string[]): NetworkNode => {
    let node = makers.get(name ?? "");
    if (node?.type === "Identity") node = makers.get(node.inputs[0] ?? "");
    if (node !== undefined && types.includes(node.type)) return node;
    throw new OnnxFormatError(
      `model: expected a detector's ${types.join(" or ")} behind ${name}, got ${node?.type ?? "nothing"}. Train it again with this version.`,
    );
  };
  const isPictures = ({ type, inputs }: NetworkNode): boolean => {
    const scaled = makers.get(inputs[0] ?? "");
    const factor = file.constant(scaled?.inputs[1] ?? "")?.data;
    return type === "Sub" && scaled?.type === "Mul" && factor?.length === 1 && factor[0] === perLevel;
  };
  const [input = ""] = file.nodes.find(isPictures)?.outputs ?? [];
  /** The tensors that a chain of `type` is made of. */
  const operands = (name: string, type: string): readonly string[] => {
    const node = makers.get(name);
    return node?.type === type ? node.inputs.flatMap((each) => operands(each, type)) : [name];
  };
  const fused = maker(outputNames.map, "ReduceMean", "Add");
  const sums = fused.type === "Add" ? fused.inputs.flatMap((each) => operands(each, "Add")) : [];
  const parts = sums.map((name) => {
    const [highest = "", weight = ""] = maker(name, "Mul").inputs;
    return {
      slices: operands(highest, "Max").map((each) => maker(each, "Slice")),
      weight: file.constant(weight)?.data[0] ?? 1,
    };
  });
  const groups = parts.map(({ slices, weight }) => ({
    maps: slices.map(({ inputs }) => file.integers(inputs[1] ?? "")?.[0] ?? 0),
    weight,
  }));
  const scaled = maker(parts[0]?.slices[0]?.inputs[0] ?? fused.inputs[0], "Mul");
  const centred = maker(scaled.inputs[0], "Sub");
  const [maps = ""] = centred.inputs;
  const mapCount = file.constant(centred.inputs[1] ?? "")?.shape[1] ?? 1;
  const score = ownScore(maker(outputNames.score, "Reshape"), makers);
  return {
    model: file.cut(input, score === undefined ? [maps] : [maps, score]),
    input,
    maps,
    mapCount,
    ...(groups.length > 0 && { groups }),
    ...(score !== undefined && { score }),
  };
}

/** What a level of 255 is in the network's range. */
const perLevel = Math.fround(1 / 127.5);

/** The tensor that is reshaped to the score, unless that is the map's largest value. */
function ownScore(reshaped: NetworkNode, makers: ReadonlyMap<string, NetworkNode>): string | undefined {
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
  }: Pick<DetectorDescription, "imageSizePx" | "calibration"> & Pick<MapSource, "readsGrey">,
): MapSource {
  return {
    imageSizePx,
    standardizesPlaces: false,
    ...(groups && { groups }),
    ...(readsGrey !== undefined && { readsGrey }),
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
