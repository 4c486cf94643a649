/** `radar verify`: whether this machine computes what the model's maker saw. */
import type { Difference, RuntimeCheck } from "../../detectors/index.ts";
import { verifyDevices, verifyModel } from "../../node/index.ts";
import { type Command, computeArgs } from "../command.ts";
import { chosenDevice } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { jsonText } from "../output.ts";

/** `radar verify <model>`. */
export const verifyCommand: Command = {
  name: "verify",
  summary: "Check that this machine gets the results the model's maker saw, on every runtime that is there",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    json: { type: "boolean", description: "print the differences as JSON" },
    ...computeArgs,
    device: {
      type: "string",
      valueHint: "D",
      description: `the only one to check: ${verifyDevices.join(", ")}, or auto; default: cpu, and webgpu and wasm where they are there`,
    },
  },
  examples: [
    "radar verify parts.onnx",
    "radar verify parts.onnx --device webgpu",
    "npm install onnxruntime-web && radar verify parts.onnx --device wasm",
  ],
  run: async (args, { output }) => {
    const [model = ""] = args.positionals;
    const { device } = await chosenDevice(args.choice("device", ["auto", ...verifyDevices]), output);
    const threads = args.number("threads", { integer: true, minimum: 1 });
    const found = await verifyModel(model, { device, threads });
    if (args.flag("json")) output.data(jsonText({ model, ...found }));
    for (const check of found.runtimes) for (const line of linesOf(check)) output.print(line);
    for (const { device, reason } of found.absent) output.print(`${device}: not here. ${reason}`);
    output.print(`within tolerance: at most ${share(found.tolerance)} of their scale, scores and maps`);
    return found.isWithinTolerance ? exitCodes.done : exitCodes.failed;
  },
};

function linesOf({ runtime, difference, sameDecision, isWithinTolerance, error }: RuntimeCheck): string[] {
  if (difference === null) return [`${runtime}: NOT as it was made. ${error ?? ""}`];
  const { score, pValue, map, sourceMaps } = difference;
  const ofSources = sourceMaps && `, maps before they are combined ${both(sourceMaps)}`;
  return [
    `${runtime}: ${isWithinTolerance ? "as it was made" : "NOT as it was made"}`,
    `  largest differences: score ${both(score)}, p-value ${both(pValue)}, map ${both(map)}${ofSources ?? ""}; ` +
      `${sameDecision ? "same decision" : "another decision"}`,
    ...(sourceMaps === null ? [notChecked] : []),
  ];
}

const notChecked =
  "  not checked: the maps before they are combined, one of which may cover another; the version that wrote this file did not keep them";

function both({ absolute, relative }: Difference): string {
  return absolute === 0 ? "0" : `${share(absolute)} (${share(relative)} of its scale)`;
}

function share(value: number): string {
  return value.toExponential(1);
}
