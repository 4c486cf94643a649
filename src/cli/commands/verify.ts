/** `radar verify`: whether this machine computes what the model's maker saw. */
import { verifyModel, verifyTolerance } from "../../node/index.ts";
import { type Command, computeArgs } from "../command.ts";
import { computeOptions } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { jsonText } from "../output.ts";

/** `radar verify <model>`. */
export const verifyCommand: Command = {
  name: "verify",
  summary: "Check that this machine gets the results the model's maker saw",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    json: { type: "boolean", description: "print the differences as JSON" },
    ...computeArgs,
  },
  examples: ["radar verify parts.onnx", "radar verify parts.onnx --device webgpu"],
  run: async (args, { output }) => {
    const [model = ""] = args.positionals;
    const check = await verifyModel(model, computeOptions(args));
    const { difference, isWithinTolerance } = check;
    if (args.flag("json")) output.data(jsonText({ model, tolerance: verifyTolerance, runtimes: [check] }));
    output.print(
      `${check.runtime}: ${isWithinTolerance ? "as it was made" : "NOT as it was made"}; ` +
        `largest differences: score ${share(difference.score)}, map ${share(difference.map)} of their scale ` +
        `(at most ${share(verifyTolerance)}), p-value ${difference.pValue.toPrecision(2)}; ` +
        `${check.sameDecision ? "same decision" : "another decision"}`,
    );
    return isWithinTolerance ? exitCodes.done : exitCodes.failed;
  },
};

function share(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}
