/** The list of methods of a benchmark on the command line: `radar,pca,ddim:calls=50`. */
import { checkChoice } from "../base/check.ts";
import type { MethodEntry } from "../benchmark/index.ts";
import { methodNames, prepareMethod } from "../methods/index.ts";
import { withBackbone } from "../node/backbone-file.ts";
import { parseRunConfig, type RunConfig, trainOptionsOf } from "../run-config.ts";
import { UsageError } from "./errors.ts";

/** What a benchmark sets for all methods alike. */
const benchmarkOnly = ["method", "output", "name", "seed", "device", "threads"];

/**
 * Methods separated by commas, each with options `:name=value`; names as on the command line or in camelCase.
 *
 * @param text - E.g. "radar,radar:scoring=paper:steps=300"; the text of each method is its label.
 * @param shared - Options for all of them; a method's own win. Length and batch go to methods that are trained step by step.
 * @throws {UsageError} if the list is not understood; {OptionError} if there is no such method or option, or a value is out
 * of range; {FileError} E_FILE or {OnnxFormatError} E_ONNX if a backbone cannot be read.
 */
export async function parseMethods(text: string, shared: RunConfig): Promise<MethodEntry[]> {
  const labels = text.split(",").map((label) => label.trim());
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (twice !== undefined)
    throw new UsageError(`--methods: expected different methods, got ${JSON.stringify(twice)} twice.`);
  return Promise.all(labels.map((label) => parseMethod(label, shared)));
}

async function parseMethod(label: string, shared: RunConfig): Promise<MethodEntry> {
  const [method = "", ...settings] = label.split(":");
  checkChoice("methods", method, methodNames);
  const own = { ...Object.fromEntries(settings.map((setting) => settingOf(setting, label))), method };
  const prepare = async (options: object) => {
    const config = parseRunConfig(JSON.stringify(options), `--methods: ${label}`);
    const whole = await withBackbone(trainOptionsOf(config));
    return { prepared: prepareMethod(whole, Number.MAX_SAFE_INTEGER), backboneHash: whole.backbone?.hash };
  };
  const { prepared, backboneHash } = await prepare(own);
  const isTrainedInSteps = prepared.options.batchSize > 0;
  const options = { ...sharedWith(isTrainedInSteps, shared, own), ...own };
  await prepare(options);
  return { label, options, ...(backboneHash !== undefined && { backboneHash }) };
}

/** Of the shared options those that the method has a use for: no length where it says one itself or trains no steps. */
function sharedWith(
  isTrainedInSteps: boolean,
  shared: RunConfig,
  own: Readonly<Record<string, unknown>>,
): RunConfig {
  const { minutes, steps, batchSize, ...rest } = shared;
  if (!isTrainedInSteps) return rest;
  return "minutes" in own || "steps" in own ? { ...rest, batchSize } : shared;
}

function settingOf(setting: string, label: string): [name: string, value: unknown] {
  const at = setting.indexOf("=");
  if (at < 1 || at === setting.length - 1) {
    throw new UsageError(
      `--methods: expected options as name=value after the colon of ${JSON.stringify(label)}, got ${JSON.stringify(setting)}.`,
    );
  }
  const name = setting.slice(0, at).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (benchmarkOnly.includes(name)) {
    throw new UsageError(
      `--methods: expected options of the method itself, got ${name} in ${JSON.stringify(label)}. A benchmark sets it for all.`,
    );
  }
  const value = setting.slice(at + 1);
  if (name === "layers") return [name, value.split("+")]; // commas are between methods
  return [name, name === "backbone" ? value : numberOrText(value)];
}

/** A number where it reads as one, else text. */
function numberOrText(text: string): number | string {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}
