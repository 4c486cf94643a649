/** `radar demo`: the main job from end to end, on one's own images or on rendered ones. */
import { join } from "node:path";
import type { Dataset } from "../../data/index.ts";
import { prepareMethod } from "../../methods/index.ts";
import {
  checkOutputs,
  evaluateFolder,
  filesOf,
  openDataset,
  prepareFolder,
  writeRenderedFolder,
} from "../../node/index.ts";
import { type RunConfig, trainOptionsOf } from "../../run-config.ts";
import { type Command, type CommandContext, commandLine, goodArg } from "../command.ts";
import { chosenDevice } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { jsonText } from "../output.ts";
import { runTraining } from "../run-training.ts";
import { readRunOptions, trainingArgs } from "../train-arguments.ts";
import { evaluationDocument, evaluationProgress, printEvaluation } from "./evaluate.ts";

const defaultFolder = "demo-output";
const defaultMinutes = 2.5; // leaves as much again for rendering, calibrating, scoring and the report, on two cores (ours)
const fewestToHoldOut = 20; // plain folders with fewer good images are learned from whole (ours)

/** `radar demo [<data>]`. */
export const demoCommand: Command = {
  name: "demo",
  summary:
    "Train, score and report, on your images or on rendered 3D-print surfaces; under 5 minutes on two cores",
  args: {
    data: {
      type: "positional",
      required: false,
      description:
        "folder of good images, or one with train/good and test/<class> (default: rendered surfaces)",
    },
    output: {
      type: "string",
      alias: "o",
      valueHint: "folder",
      description: `where results go (default ${defaultFolder})`,
    },
    good: goodArg,
    ...trainingArgs,
    preset: { type: "string", valueHint: "name", description: "fast, balanced, accurate (default fast)" },
    minutes: {
      ...trainingArgs.minutes,
      description: `train for so many minutes (default ${defaultMinutes})`,
    },
    json: { type: "boolean", description: "print the results as JSON" },
  },
  examples: ["radar demo", "radar demo parts/good", "radar demo bottle --minutes 10"],
  run: async (args, context) => {
    const { output } = context;
    const config = demoConfig(await readRunOptions(args));
    const folder = config.output ?? defaultFolder;
    await prepareFolder(folder);
    const { device } = await chosenDevice(config.device, output);
    const [given] = args.positionals;
    const { dataset, remark } =
      given === undefined
        ? await renderedDataset(folder, config.seed ?? 0, context)
        : await ownDataset(given, args.text("good"));
    if (remark !== undefined) output.note(remark);

    const model = join(folder, "model.onnx");
    const report = join(folder, "report.html");
    await checkOutputs(
      [
        { path: model, kind: "model" },
        { path: report, kind: "report" },
      ],
      filesOf(dataset),
    );
    const resumeCommand = commandLine(["radar", "demo", ...context.raw]);
    const training = { ...trainOptionsOf(config), device, output: model, resumeCommand };
    const outcome = await runTraining(dataset, training, output);
    if ("exitCode" in outcome) return outcome.exitCode;

    const evaluation = await evaluateFolder(model, dataset, {
      device,
      threads: config.threads,
      report,
      command: commandLine(["radar", "demo", ...context.raw]),
      notes: remark === undefined ? [] : [remark],
      ...evaluationProgress(output),
    });
    output.endProgress();
    const { description, model: _, output: path, ...summary } = outcome.summary; // the bytes are in the file
    if (args.flag("json")) {
      const document = {
        data: dataset.root,
        isRendered: given === undefined,
        training: { model: path, ...summary },
      };
      output.data(jsonText({ ...document, evaluation: evaluationDocument(evaluation, report) }));
    }
    output.print("");
    output.print(`Learned what normal is from ${description.training.images} good images.`);
    printEvaluation(evaluation, output);
    output.print("");
    output.print(`Report with heat maps: ${report}`);
    output.print(`Model file: ${model}; use it with: ${commandLine(["radar", "detect", model])} <images>`);
    return exitCodes.done;
  },
};

interface DemoData {
  readonly dataset: Dataset;
  /** What must be known of the data to read the results. */
  readonly remark?: string;
}

function demoConfig(config: RunConfig): RunConfig {
  const hasLength = config.minutes !== undefined || config.steps !== undefined;
  const { batchSize } = prepareMethod({ method: config.method }, Number.MAX_SAFE_INTEGER).options;
  const needsLength = batchSize > 0 && !hasLength; // other methods are not trained step by step
  return { preset: "fast", ...(needsLength ? { minutes: defaultMinutes } : {}), ...config };
}

async function renderedDataset(folder: string, seed: number, { output }: CommandContext): Promise<DemoData> {
  const root = join(folder, "rendered");
  output.note(`rendering 3D-print surfaces into ${root}`);
  const count = await writeRenderedFolder(root, { seed });
  return {
    dataset: await openDataset(root),
    remark: `The ${count} images of 3D-printed surfaces are rendered, defects and all; no camera saw them. What is found in them says little about your parts.`,
  };
}

/** The user's images; of a plain folder a fifth is held out, so that false alarms can be counted on images not learned from. */
async function ownDataset(root: string, good: string | undefined): Promise<DemoData> {
  const dataset = await openDataset(root, { good });
  if (dataset.test.length > 0) return { dataset };
  const only = "Without defective images only false alarms can be measured.";
  if (dataset.train.length < fewestToHoldOut) {
    return {
      dataset: { ...dataset, test: dataset.train },
      remark: `${only} The ${dataset.train.length} images are too few to keep some aside: those scored are those learned from, so expect more false alarms on new ones.`,
    };
  }
  const isTest = (_: unknown, i: number): boolean => i % 5 === 4;
  const test = dataset.train.filter(isTest);
  return {
    dataset: { ...dataset, train: dataset.train.filter((_, i) => !isTest(_, i)), test },
    remark: `${only} The ${test.length} images scored here were kept aside and not learned from.`,
  };
}
