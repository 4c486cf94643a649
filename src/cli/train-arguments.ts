/** The options of a training on the command line. */
import { readFile } from "node:fs/promises";
import type { ArgsDef } from "citty";
import { tolerances } from "../data/index.ts";
import type { Region } from "../detectors/index.ts";
import {
  classifierNames,
  methodNames,
  noiseNames,
  presetNames,
  scoringNames,
  startNames,
} from "../methods/index.ts";
import { locateModes } from "../node/index.ts";
import { fileError } from "../node/system-error.ts";
import { parseRunConfig, type RunConfig } from "../run-config.ts";
import type { Arguments } from "./arguments.ts";
import { computeArgs } from "./command.ts";
import { typedCompute } from "./compute-options.ts";
import { UsageError } from "./errors.ts";

/** What decides how a detector is trained. */
export const trainingArgs: ArgsDef = {
  method: { type: "string", valueHint: "name", description: `${methodNames.join(", ")} (default radar)` },
  preset: { type: "string", valueHint: "name", description: `${presetNames.join(", ")} (default balanced)` },
  "image-size": {
    type: "string",
    valueHint: "px",
    description: "side that images are resized to (default: the preset's)",
  },
  "patch-size": {
    type: "string",
    valueHint: "px",
    description: "side of what the network sees at once (default: the whole image)",
  },
  locate: {
    type: "string",
    valueHint: "when",
    description: `find the part and turn it upright first: ${locateModes.join(", ")} (default auto: where good pictures show one that lies anyhow)`,
  },
  region: {
    type: "string",
    valueHint: "[name=]x,y,w,h",
    description:
      "look at this rectangle only, in pixels of the first good picture; may be given several times",
  },
  mask: {
    type: "string",
    valueHint: "file",
    description: "picture of the good ones' proportions in which what is black is ignored",
  },
  resolution: {
    type: "string",
    valueHint: "px|full",
    description:
      "read pictures in tiles of the image size: as they are, or with a longer side of so many pixels",
  },
  minutes: { type: "string", valueHint: "m", description: "train for so many minutes" },
  steps: { type: "string", valueHint: "n", description: "train for so many steps (default: the preset's)" },
  "batch-size": { type: "string", valueHint: "n", description: "images a step (default: the preset's)" },
  scoring: {
    type: "string",
    valueHint: "name",
    description: `how the anomaly map is read off the network: ${scoringNames.join(", ")} (default ${scoringNames[0]})`,
  },
  classifier: {
    type: "string",
    valueHint: "name",
    description: `what decides with the scoring paper: ${classifierNames.join(", ")} (default ${classifierNames[0]})`,
  },
  start: {
    type: "string",
    valueHint: "name",
    description: `what the network of RADAR begins with: ${startNames.join(", ")} (default: rendered with the preset fast and with the scoring network, else random)`,
  },
  "noise-steps": {
    type: "string",
    valueHint: "n",
    description: "steps of noise, of 1000, that ddpm, ddim and one-step add and undo (default: the method's)",
  },
  calls: {
    type: "string",
    valueHint: "n",
    description: "network calls a picture, of ddpm and ddim (default: one for every step of noise, and 10)",
  },
  noise: {
    type: "string",
    valueHint: "name",
    description: `noise of ddpm, ddim and one-step: ${noiseNames.join(", ")} (default ${noiseNames[0]})`,
  },
  condition: {
    type: "string",
    valueHint: "weight",
    description: "how strongly ddim keeps to the picture (default 0)",
  },
  backbone: {
    type: "string",
    valueHint: "file",
    description: "pretrained network as ONNX, which padim and patchcore read features of",
  },
  layers: {
    type: "string",
    valueHint: "list",
    description:
      "names of the backbone's tensors to read, separated by commas (default: found by their size)",
  },
  bits: {
    type: "string",
    valueHint: "n",
    description: "bits a channel of pictures stored in 16, 8 to 16 (default: found from the good images)",
  },
  "false-alarm-rate": {
    type: "string",
    valueHint: "rate",
    description: "share of good parts that may be called defective, such as 0.01, or auto (default: 0.05)",
  },
  group: {
    type: "string",
    valueHint: "regex",
    description:
      "images whose path has the same match, or first group, belong together, such as photos of one part",
  },
  "keep-odd": {
    type: "boolean",
    description: "let held-out images that are like none of the others count for the threshold, too",
  },
  tolerance: {
    type: "string",
    valueHint: "name",
    description:
      "none, or usual: learn from good images under other light, colour, noise, blur and JPEG and moved a little, too (default: usual for radar's scorings combined and network, else none)",
  },
  seed: { type: "string", valueHint: "n", description: "seed of everything random (default 0)" },
  config: {
    type: "string",
    valueHint: "file",
    description: "JSON with these options in camelCase; the command line wins",
  },
  ...computeArgs,
};

/** Options of the configuration file, where one is named, overruled by those of the command line. @throws {UsageError} */
export async function readRunOptions(args: Arguments): Promise<RunConfig> {
  const line = given(fromLine(args));
  if (line.minutes !== undefined && line.steps !== undefined) {
    throw new UsageError("--minutes and --steps: expected one of them, got both.");
  }
  const path = args.text("config");
  if (path === undefined) return line;
  const { minutes, steps, ...file } = parseRunConfig(await readText(path), path);
  const isLengthGiven = line.minutes !== undefined || line.steps !== undefined;
  return { ...file, ...(isLengthGiven ? {} : given({ minutes, steps })), ...line };
}

function fromLine(args: Arguments): RunConfig {
  const count = { integer: true, minimum: 1 } as const;
  return {
    output: args.text("output"),
    name: args.text("name"),
    method: args.choice("method", methodNames),
    preset: args.choice("preset", presetNames),
    imageSize: args.number("image-size", count),
    patchSize: args.number("patch-size", count),
    locate: args.choice("locate", locateModes),
    regions: regionsOf(args.texts("region")),
    mask: args.text("mask"),
    resolution:
      args.text("resolution") === "full" ? "full" : args.number("resolution", { integer: true, minimum: 16 }),
    minutes: args.number("minutes", { above: 0 }),
    steps: args.number("steps", count),
    batchSize: args.number("batch-size", count),
    scoring: args.choice("scoring", scoringNames),
    classifier: args.choice("classifier", classifierNames),
    start: args.choice("start", startNames),
    noiseSteps: args.number("noise-steps", count),
    calls: args.number("calls", count),
    noise: args.choice("noise", noiseNames),
    condition: args.number("condition", { minimum: 0 }),
    backbone: args.text("backbone"),
    layers: args.text("layers")?.split(","),
    bits: args.number("bits", count),
    seed: args.number("seed", { integer: true, minimum: 0 }),
    falseAlarmRate:
      args.text("false-alarm-rate") === "auto" ? "auto" : args.number("false-alarm-rate", { above: 0 }),
    group: args.text("group"),
    keepOdd: args.flag("keep-odd") || undefined,
    tolerance: args.choice("tolerance", tolerances),
    ...typedCompute(args),
  };
}

/** @throws {UsageError} if one is no rectangle. */
function regionsOf(texts: readonly string[]): readonly Region[] | undefined {
  if (texts.length === 0) return undefined;
  return texts.map((text) => {
    const [, name, numbers = ""] = /^(?:([^=]+)=)?(.*)$/.exec(text) ?? [];
    const parts = numbers.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    const [x = 0, y = 0, width = 0, height = 0] = parts;
    if (parts.length === 4 && parts.every(Number.isFinite)) {
      return { ...(name !== undefined && { name }), x, y, width, height };
    }
    throw new UsageError(`--region: expected [name=]x,y,width,height, got ${JSON.stringify(text)}.`);
  });
}

/** The entries that have a value. */
function given<T extends object>(options: T): T {
  const copy = { ...options };
  for (const key of Object.keys(copy))
    if (Reflect.get(copy, key) === undefined) Reflect.deleteProperty(copy, key);
  return copy;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
