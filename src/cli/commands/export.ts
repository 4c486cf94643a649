/** `radar export`: a model in another form, measured against what it was. */
import { type ExportFigures, type ExportSummary, exportInt8 } from "../../node/index.ts";
import { type Command, computeArgs, goodArg } from "../command.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { jsonText, type Output } from "../output.ts";

/** `radar export <model> --int8`. */
export const exportCommand: Command = {
  name: "export",
  summary: "Write a model with its network in 8-bit integers, and say what that costs and gains",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    int8: { type: "boolean", description: "convolutions in 8-bit integers" },
    images: {
      type: "string",
      valueHint: "folder",
      description: "the good images it was trained on, or good ones none of which it has learned from",
    },
    output: { type: "string", alias: "o", valueHint: "file", description: "model file to write" },
    good: goodArg,
    "max-loss": {
      type: "string",
      valueHint: "auroc",
      description: "largest drop of the image AUROC on planted defects (default 0.01)",
    },
    json: { type: "boolean", description: "print the figures as JSON" },
    threads: computeArgs.threads,
  },
  examples: ["radar export parts.onnx --int8 --images parts/good --output parts-int8.onnx"],
  run: async (args, { output }) => {
    const [model = ""] = args.positionals;
    const images = args.text("images");
    const path = args.text("output");
    if (!args.flag("int8")) throw new UsageError("expected --int8, the form that there is, got none.");
    if (images === undefined || path === undefined) {
      throw new UsageError(
        `expected --images and --output, got no ${images === undefined ? "images" : "output"}.`,
      );
    }
    const summary = await exportInt8(model, images, {
      output: path,
      good: args.text("good"),
      maxLoss: args.number("max-loss", { minimum: 0 }),
      threads: args.number("threads", { integer: true, minimum: 1 }),
      onStage: (stage) => output.note(stage),
    });
    const { model: _, description, ...figures } = summary;
    if (args.flag("json")) output.data(jsonText({ ...figures, quantized: description.quantized }));
    print(summary, output);
    return exitCodes.done;
  },
};

function print(
  { before, after, description, heldOut, planted, output: path }: ExportSummary,
  output: Output,
): void {
  const rows: [string, (figures: ExportFigures) => string][] = [
    ["image AUROC", ({ imageAuroc }) => imageAuroc.toFixed(4)],
    ["pixel AUROC", ({ pixelAuroc }) => pixelAuroc.toFixed(4)],
    ["false alarms", ({ falseAlarms }) => `${(100 * falseAlarms).toFixed(1)} %`],
    ["ms a picture", ({ milliseconds }) => milliseconds.toFixed(1)],
    ["MB", ({ bytes }) => (bytes / 1e6).toFixed(2)],
  ];
  output.print(`${"".padEnd(13)} float32     int8`);
  for (const [name, text] of rows) {
    output.print(`${name.padEnd(13)}${text(before).padStart(8)} ${text(after).padStart(8)}`);
  }
  const ratio = before.milliseconds / after.milliseconds;
  output.print(
    `${description.quantized?.convolutions} convolutions in 8 bits, on ${heldOut} held-out good images and ${planted} defects planted in them; ${
      ratio > 1 ? `${ratio.toFixed(2)} times as fast here` : "not faster here"
    }`,
  );
  output.print(`Model: ${path}`);
}
