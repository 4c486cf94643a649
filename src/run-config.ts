/** A training run as a JSON file: the options of `radar train`, under the same names in camelCase. */
import { nearest } from "./base/check.ts";
import { OptionError } from "./base/errors.ts";
import * as z from "./base/schema.ts";
import { type Tolerance, tolerances } from "./data/index.ts";
import type { Region } from "./detectors/index.ts";
import {
  type ClassifierName,
  classifierNames,
  type MethodName,
  methodNames,
  type NoiseName,
  noiseNames,
  type PresetName,
  presetNames,
  type ScoringName,
  type StartName,
  scoringNames,
  startNames,
} from "./methods/index.ts";
import { type LocateMode, locateModes, type TrainOptions } from "./node/index.ts";
import { type DeviceChoice, deviceChoices } from "./runtime/backend.ts";

/** Options of a training run, as a file or a command line gives them; what is left out has its default. */
export interface RunConfig {
  /** Path of the model file. */
  readonly output?: string | undefined;
  /** Name of the detector. */
  readonly name?: string | undefined;
  readonly method?: MethodName | undefined;
  readonly preset?: PresetName | undefined;
  /** Side in pixels that images are resized to. */
  readonly imageSize?: number | undefined;
  /** Side in pixels of what the network sees at once. */
  readonly patchSize?: number | undefined;
  /** Whether the part is found and turned upright first. */
  readonly locate?: LocateMode | undefined;
  /** What is looked at, in pixels of the first good picture. */
  readonly regions?: readonly Region[] | undefined;
  /** Path of a picture in which what is black is ignored. */
  readonly mask?: string | undefined;
  /** Reads pictures in tiles: "full", or the longer side in pixels that they are resized to. */
  readonly resolution?: "full" | number | undefined;
  /** Length of the training in minutes; not together with `steps`. */
  readonly minutes?: number | undefined;
  /** Length of the training in steps. */
  readonly steps?: number | undefined;
  /** Images a step. */
  readonly batchSize?: number | undefined;
  readonly scoring?: ScoringName | undefined;
  /** What decides on a picture's features, of scorings that have some. */
  readonly classifier?: ClassifierName | undefined;
  /** What the network of RADAR begins with. */
  readonly start?: StartName | undefined;
  /** Steps of noise, of 1000, that are added and undone, of methods that reconstruct. */
  readonly noiseSteps?: number | undefined;
  /** Network calls a picture, of methods that make several. */
  readonly calls?: number | undefined;
  /** What pictures are noised with, of methods that reconstruct. */
  readonly noise?: NoiseName | undefined;
  /** How strongly a reconstruction is kept to the picture. */
  readonly condition?: number | undefined;
  /** Path of the ONNX file of a pretrained network, of methods that read its features. */
  readonly backbone?: string | undefined;
  /** Names of its tensors to read. */
  readonly layers?: readonly string[] | undefined;
  /** Bits a channel of pictures stored in 16. */
  readonly bits?: number | undefined;
  readonly seed?: number | undefined;
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
  readonly falseAlarmRate?: number | "auto" | undefined;
  /** Regular expression on the paths: images whose first group, or match, is the same belong together. */
  readonly group?: string | undefined;
  /** Whether a held-out image that is like none of the others counts for the threshold all the same. */
  readonly keepOdd?: boolean | undefined;
  /** Whether good images are also shown disturbed while the detector learns. */
  readonly tolerance?: Tolerance | undefined;
}

const number = z.number().optional();

const entries = {
  output: z.string().min(1).optional(),
  name: z.string().optional(),
  method: z.enum(methodNames).optional(),
  preset: z.enum(presetNames).optional(),
  imageSize: number,
  patchSize: number,
  locate: z.enum(locateModes).optional(),
  regions: z
    .array(
      z.strictObject({
        name: z.string().min(1).optional(),
        x: z.number(),
        y: z.number(),
        width: z.number(),
        height: z.number(),
      }),
    )
    .optional(),
  mask: z.string().min(1).optional(),
  resolution: z.union([z.literal("full"), z.number()]).optional(),
  minutes: number,
  steps: number,
  batchSize: number,
  scoring: z.enum(scoringNames).optional(),
  classifier: z.enum(classifierNames).optional(),
  start: z.enum(startNames).optional(),
  noiseSteps: number,
  calls: number,
  noise: z.enum(noiseNames).optional(),
  condition: number,
  backbone: z.string().min(1).optional(),
  layers: z.array(z.string().min(1)).optional(),
  bits: number,
  seed: number,
  device: z.enum(deviceChoices).optional(),
  threads: z.number().int().min(1).optional(),
  falseAlarmRate: z.union([z.literal("auto"), z.number()]).optional(),
  group: z.string().min(1).optional(),
  keepOdd: z.boolean().optional(),
  tolerance: z.enum(tolerances).optional(),
} satisfies Record<keyof RunConfig, z.ZodType>;

const runConfigSchema: z.ZodType<RunConfig> = z.strictObject(entries);

/**
 * Options in a configuration file.
 *
 * @param text - JSON.
 * @param path - Names the file in messages.
 * @throws {OptionError} E_OPTION with the file and the path of the entry: no JSON, an unknown entry, a value of another kind.
 */
export function parseRunConfig(text: string, path: string): RunConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OptionError(`${path}: expected JSON, got ${messageOf(cause)}.`, { cause });
  }
  const parsed = runConfigSchema.safeParse(value);
  if (!parsed.success) throw new OptionError(`${path}: ${issueText(parsed.error)}`, { cause: parsed.error });
  if (parsed.data.minutes !== undefined && parsed.data.steps !== undefined) {
    throw new OptionError(`${path}: expected minutes or steps, got both.`);
  }
  return parsed.data;
}

/** Options for the training itself, but for the device: `auto` is found out elsewhere. Ranges are checked there. */
export function trainOptionsOf(config: RunConfig): Omit<TrainOptions, "device"> {
  const { minutes, steps, device: _, ...options } = config;
  if (steps !== undefined) return { ...options, length: { steps } };
  return minutes === undefined ? options : { ...options, length: { minutes } };
}

function issueText({ issues: [issue] }: z.ZodError): string {
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = Object.keys(entries);
    const near = nearest(key, known);
    return `${key}: expected one of ${known.join(", ")}, got an unknown entry.${near ? ` Did you mean ${near}?` : ""}`;
  }
  const where = issue?.path.join(".") || "the file";
  return `${where}: ${issue?.message ?? "expected another value"}.`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
