/** `radar train`: good images in, a model file out. */
import { stressModel, type TrainSummary } from "../../node/index.ts";
import { thresholdSentence } from "../../node/threshold-sentence.ts";
import { trainOptionsOf } from "../../run-config.ts";
import { type Command, commandLine, goodArg } from "../command.ts";
import { chosenDevice } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { jsonText, type Output } from "../output.ts";
import { duration } from "../progress.ts";
import { runTraining } from "../run-training.ts";
import { stressLines } from "../stress-lines.ts";
import { readRunOptions, trainingArgs } from "../train-arguments.ts";
import { evaluationProgress } from "./evaluate.ts";

const shownHeldOut = 3;

/** `radar train <data>`. */
export const trainCommand: Command = {
  name: "train",
  summary: "Learn from good images and write a detector as one .onnx file",
  args: {
    data: {
      type: "positional",
      description: "folder of good images, or one with train/good, test/<class> and ground_truth/<class>",
    },
    output: {
      type: "string",
      alias: "o",
      valueHint: "file",
      description: "model file to write (default model.onnx)",
    },
    report: {
      type: "string",
      alias: "r",
      valueHint: "file",
      description: "write what was learned, where it looks and the threshold as one HTML file",
    },
    name: { type: "string", valueHint: "name", description: "name of the detector (default: the folder's)" },
    good: goodArg,
    ...trainingArgs,
    resume: {
      type: "boolean",
      description: "go on from the checkpoint of a training that was stopped, where there is one",
    },
    stress: {
      type: "boolean",
      description:
        "then measure on the held-out images what it tolerates: light, colour, noise, JPEG, blur, shift, turn",
    },
    json: { type: "boolean", description: "print a summary as JSON" },
  },
  examples: [
    "radar train parts/good --output parts.onnx",
    "radar train bottle --preset fast --minutes 10 --output bottle.onnx",
    "radar train screws/good --output screws.onnx --report training.html",
    "radar train parts/good --config run.json --resume",
  ],
  run: async (args, { output, raw }) => {
    const [data = ""] = args.positionals;
    const config = await readRunOptions(args);
    const path = config.output ?? "model.onnx";
    const report = args.text("report");
    const resume = args.flag("resume");
    const command = commandLine(["radar", "train", ...raw]);
    const resumeCommand = commandLine(["radar", "train", ...raw, ...(resume ? [] : ["--resume"])]);
    const { device } = await chosenDevice(config.device, output);
    const outcome = await runTraining(
      data,
      {
        ...trainOptionsOf(config),
        device,
        output: path,
        report,
        command,
        good: args.text("good"),
        resume,
        resumeCommand,
      },
      output,
    );
    if ("exitCode" in outcome) return outcome.exitCode;
    const { description, heldOut, odd, model: _, output: model, ...summary } = outcome.summary;
    const { images, threshold, falseAlarmRate, rule } = description.calibration;
    const stress = args.flag("stress") ? await stressOf(path, heldOut, output) : undefined;
    if (args.flag("json")) {
      const calibration = { images, threshold, falseAlarmRate, rule, heldOut, odd };
      output.data(
        jsonText({ model, ...summary, calibration, ...(stress && { stress }), ...(report && { report }) }),
      );
    }
    output.print(`${path}: ${lossText(summary)}${duration(summary.seconds)}`);
    output.print(thresholdSentence(description));
    output.print("Highest scores among those; take out any that shows a defect, and train again:");
    for (const line of highest(heldOut)) output.print(line);
    if (odd.length > 0) output.print(oddText(odd));
    if (summary.copies.length > 0) output.print(copiesText(summary.copies));
    for (const line of stressLines(stress ?? [])) output.print(line);
    if (report !== undefined) output.print(`Report: ${report}`);
    output.print(
      `Next: ${commandLine(["radar", "detect", path, "<images>"]).replace("'<images>'", "<images>")}`,
    );
    return exitCodes.done;
  },
};

async function stressOf(model: string, heldOut: TrainSummary["heldOut"], output: Output) {
  output.note(`scoring ${heldOut.length} held-out images under every disturbance`);
  const rows = await stressModel(
    model,
    heldOut.map(({ path }) => path),
    evaluationProgress(output),
  );
  output.endProgress();
  return rows;
}

function lossText({
  steps,
  finalLoss,
}: {
  readonly steps: number;
  readonly finalLoss: number | null;
}): string {
  return finalLoss === null ? "learned in " : `${steps} steps, loss ${finalLoss.toFixed(4)}, in `;
}

/** The few images that a threshold is made of: whoever trains should have seen them. */
function highest(heldOut: TrainSummary["heldOut"]): string[] {
  const shown = heldOut.slice(0, shownHeldOut);
  return shown.map(({ path, anomalyScore }) => `  ${anomalyScore.toPrecision(4)}  ${path}`);
}

function oddText(odd: TrainSummary["odd"]): string {
  const named = odd.map(({ path, anomalyScore }) => `${path} (score ${anomalyScore.toPrecision(4)})`);
  return `Like none of the others, and left out of the threshold: ${named.join(", ")}. If such parts are good, add more of them, or use --keep-odd.`;
}

function copiesText(copies: TrainSummary["copies"]): string {
  const [[path, copy] = ["", ""]] = copies;
  const pairs = copies.length === 1 ? "One image is" : `${copies.length} pairs of images are`;
  return `${pairs} the same once more, such as ${copy} and ${path}: they were kept on one side.`;
}
