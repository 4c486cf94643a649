/** `radar inspect`: what a model file is, how it was made, what it promises. */
import { checkModel, type DetectorDescription, type GoodPictures } from "../../detectors/index.ts";
import { readModelFile } from "../../node/index.ts";
import { aboutFile } from "../../node/load-detector.ts";
import { raisedFor } from "../../node/threshold-sentence.ts";
import { decodeModel, type ModelSummary } from "../../onnx/index.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../errors.ts";
import { jsonText } from "../output.ts";

/** `radar inspect <model>`. */
export const inspectCommand: Command = {
  name: "inspect",
  summary: "Say what a model file is, how it was made and what it promises",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    json: { type: "boolean", description: "print it as JSON" },
  },
  examples: ["radar inspect parts.onnx", "radar inspect parts.onnx --json"],
  run: async (args, { output }) => {
    const [path = ""] = args.positionals;
    const bytes = await readModelFile(path);
    const found = await aboutFile(path, async () => ({
      description: await checkModel(bytes),
      model: decodeModel(bytes),
    }));
    const { inputs, outputs, operators } = found.model;
    const file = { path, bytes: bytes.length, inputs, outputs, operators };
    if (args.flag("json")) output.data(jsonText({ ...found.description, file }));
    const rows = rowsOf(found.description, { ...found.model, bytes: bytes.length });
    const width = Math.max(...rows.map(([label]) => label.length));
    for (const [label, value] of rows) output.print(`${label.padEnd(width)}  ${value}`);
    return exitCodes.done;
  },
};

function lookText({ aspectRatio, shortSidePx, color, contrast, depth }: GoodPictures): string {
  const [least = "", most = ""] = aspectRatio.map(number);
  const shape = `width / height ${least === most ? least : `${least} to ${most}`}, shorter side from ${shortSidePx} px`;
  const colors = { all: "in colour", none: "grey", some: "some in colour" };
  return `${shape}, ${colors[color]}, contrast from ${number(contrast)}; 16-bit files hold ${depth.bits} bits`;
}

function raisedText(calibration: DetectorDescription["calibration"]): string {
  const { thresholdAsTheyAre } = calibration;
  return thresholdAsTheyAre === undefined
    ? ""
    : ` (${number(thresholdAsTheyAre)}, ${raisedFor(calibration)})`;
}

function leftOutText({ leftOut }: DetectorDescription["calibration"]): string {
  return leftOut === undefined
    ? ""
    : `; left out: ${leftOut.length}, scores ${leftOut.map(number).join(", ")}`;
}

function rowsOf(
  { training, calibration, ...description }: DetectorDescription,
  model: ModelSummary & { readonly bytes: number },
): [label: string, value: string][] {
  const { scores, threshold, pixelThreshold } = calibration;
  const kept = calibration.rule === "conformal" ? "at most" : "the method's own rule; about";
  const nodes = Object.values(model.operators).reduce((sum, count) => sum + count, 0);
  const range = `${number(scores[0] ?? 0)} to ${number(scores.at(-1) ?? 0)}`;
  return [
    ["name", description.name],
    ["method", `${description.method}, preset ${description.preset}, scoring ${description.scoring}`],
    ["image size", `${description.imageSizePx} px, seen in patches of ${description.patchSizePx} px`],
    ["part", partText(description.part)],
    ["reads", tilesText(description)],
    ["looks at", areaText(description)],
    ["parameters", description.parameters.toLocaleString("en")],
    ["network", `${callsText(description.networkCalls)} an image`],
    ["computes in", precisionText(description.quantized)],
    ["learned from", `${training.images} good images (${training.skipped} files could not be read)`],
    [
      "training",
      training.finalLoss === null
        ? "none step by step"
        : `${training.steps} steps of ${training.batchSize} images, last loss ${number(training.finalLoss)}`,
    ],
    ["good images", description.pictures === undefined ? "not looked at" : lookText(description.pictures)],
    ["symmetries", training.symmetries.join(", ") || "none"],
    ["training set", `SHA-256 ${training.contentHash}`],
    ["seed", String(description.seed)],
    [
      "threshold",
      `anomalous when the score > ${number(threshold)}${raisedText(calibration)}; a pixel when > ${number(pixelThreshold)}`,
    ],
    ["false alarms", `${kept} ${number(100 * calibration.falseAlarmRate)} % of good images`],
    [
      "calibrated on",
      `${calibration.images} held-out good images, scores ${range}${leftOutText(calibration)}`,
    ],
    [
      "made with",
      Object.entries(description.software)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    [
      "file",
      `${(model.bytes / 1e6).toFixed(1)} MB, ${nodes} nodes, ${model.inputs.join(", ")} -> ${model.outputs.join(", ")}`,
    ],
  ];
}

function partText(part: DetectorDescription["part"]): string {
  if (part === undefined) return "pictures are taken as they lie";
  return `found first, ${part.turns ? "turned upright and centred" : "centred"}, in a frame of ${number(part.frame)} picture widths`;
}

function tilesText({ tiles, imageSizePx }: Pick<DetectorDescription, "tiles" | "imageSizePx">): string {
  if (tiles === undefined) return "one square";
  const scale = tiles.scale === 1 ? "at full resolution" : `resized by ${number(tiles.scale)}`;
  const what =
    tiles.framePx === undefined ? "pictures of any size" : `the frame around the part (${tiles.framePx} px)`;
  return `${what} ${scale}, in tiles of ${imageSizePx} px that share ${tiles.overlapPx}`;
}

function areaText({ area, part }: Pick<DetectorDescription, "area" | "part">): string {
  const whole = part === undefined ? "the picture" : "the frame around the part";
  if (part?.share !== undefined)
    return `the part with room around it, ${number(100 * part.share)} % of ${whole}`;
  if (area === undefined) return `all of ${whole}`;
  const regions = area.regions.length === 0 ? "" : `: ${area.regions.join(", ")}`;
  return `${number(100 * area.share)} % of ${whole}${regions}`;
}

function callsText(calls: number): string {
  return calls === 1 ? "1 call" : `${calls} calls`;
}

function precisionText(quantized: DetectorDescription["quantized"]): string {
  if (quantized === undefined) return "float32";
  const { from, convolutions, pictures } = quantized;
  return `int8 in ${convolutions} convolutions, ranges from ${pictures} good images; made of SHA-256 ${from}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
