/** `radar calibrate`: a model's threshold set anew on parts that were confirmed as good. */
import { type CalibrateSummary, calibrate } from "../../node/index.ts";
import { raisedFor } from "../../node/threshold-sentence.ts";
import { type Command, computeArgs, goodArg } from "../command.ts";
import { computeOptions } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { jsonText, type Output } from "../output.ts";
import { percent } from "../percent.ts";
import { imageLine } from "../progress.ts";

/** `radar calibrate <model> <images>`. */
export const calibrateCommand: Command = {
  name: "calibrate",
  summary: "Set a model's threshold anew on pictures of parts that were confirmed as good",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    images: {
      type: "positional",
      description: "folder of good parts; none that the model was trained on",
    },
    output: {
      type: "string",
      alias: "o",
      valueHint: "file",
      description: "model file to write (default: the model itself, replaced)",
    },
    "false-alarm-rate": {
      type: "string",
      valueHint: "rate",
      description: "good parts called anomalous, at most (default: what the model states)",
    },
    "keep-odd": {
      type: "boolean",
      description: "count pictures that are like none of the others, too",
    },
    good: goodArg,
    json: { type: "boolean", description: "print a JSON summary" },
    ...computeArgs,
  },
  examples: [
    "radar calibrate parts.onnx confirmed",
    "radar calibrate parts.onnx confirmed --false-alarm-rate 0.01 --output parts-2.onnx",
  ],
  run: async (args, { output }) => {
    const [model = "", images = ""] = args.positionals;
    const interruption = interruptible(() => output.note("stopping; the model stays as it is"));
    const started = output.now();
    try {
      const summary = await calibrate(model, images, {
        output: args.text("output"),
        falseAlarmRate: args.number("false-alarm-rate", { above: 0 }),
        keepOdd: args.flag("keep-odd"),
        good: args.text("good"),
        signal: interruption.signal,
        onProgress: (done, total) => output.progress(() => imageLine(done, total, output.now() - started)),
        ...(await computeOptions(args, output)),
      });
      output.endProgress();
      const { model: _, ...rest } = summary;
      if (args.flag("json")) output.data(jsonText(rest));
      tell(summary, output);
      return exitCodes.done;
    } catch (error) {
      const code = interruption.exitCode();
      if (code === null) throw error;
      return code;
    } finally {
      interruption.release();
    }
  },
};

function tell(
  { output: path, before, after, alarms, withoutPart, odd, copies, unlike, skipped, notes }: CalibrateSummary,
  output: Output,
): void {
  for (const note of notes) output.note(note);
  for (const { path: file, reason } of skipped) output.note(`skipped ${file}: ${reason}`);
  if (copies.length > 0) output.note(`left out, the same as one before: ${copies.join(", ")}`);
  if (unlike.length > 0) output.note(`unlike the pictures that the model learned from: ${unlike.join(", ")}`);
  if (withoutPart > 0)
    output.note(`${withoutPart} do not show the part and are anomalous whatever the threshold`);
  if (odd.length > 0)
    output.note(
      `Like none of the others, and left out: ${odd.map(({ path: file, anomalyScore }) => `${file} (score ${anomalyScore.toPrecision(4)})`).join(", ")}. If such parts are good, use --keep-odd.`,
    );
  output.print(`${path}: ${thresholdText(before.threshold, after.threshold)}`);
  output.print(
    `At most ${percent(after.falseAlarmRate)} of good parts are called anomalous, by ${after.images} of them (before: ${percent(before.falseAlarmRate)} by ${before.images}).`,
  );
  if (after.thresholdAsTheyAre !== undefined)
    output.print(
      `These pictures alone gave ${after.thresholdAsTheyAre.toPrecision(4)}; it is ${raisedFor(after)}.`,
    );
  output.print(
    `Of these pictures the old threshold calls ${alarms.before} anomalous, the new one ${alarms.after}.`,
  );
}

function thresholdText(before: number, after: number): string {
  if (after === before) return `the threshold stays ${after.toPrecision(4)}.`;
  const effect = after > before ? "fewer parts are called anomalous" : "more parts are called anomalous";
  return `threshold ${before.toPrecision(4)} -> ${after.toPrecision(4)}: ${effect}.`;
}
