/** `radar watch`: pictures of a folder scored as they arrive. */
import type { RecordedOutcome } from "../../server/score-pictures.ts";
import { type Command, computeArgs } from "../command.ts";
import { computeOptions } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { outletArgs, outletsOf } from "../outlet-arguments.ts";
import type { Output } from "../output.ts";

/** `radar watch <model> <folder>`. */
export const watchCommand: Command = {
  name: "watch",
  summary: "Score the pictures of a folder as they arrive, each once",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    folder: { type: "positional", description: "folder that pictures are put in, or folders below" },
    output: {
      type: "string",
      alias: "o",
      valueHint: "file",
      description: "append each verdict, a line of JSON",
    },
    state: {
      type: "string",
      valueHint: "folder",
      description: "what is kept: verdicts, and what was scored (default .radar in the folder)",
    },
    database: {
      type: "string",
      valueHint: "url",
      description: "history: postgres://... or a file (default history.sqlite in the state folder)",
    },
    settle: {
      type: "string",
      valueHint: "ms",
      description: "a file is whole when it has not grown for so long (default 500)",
    },
    poll: { type: "boolean", description: "look instead of being told: for folders of other machines" },
    ...outletArgs,
    jsonl: { type: "boolean", description: "print one line of JSON for each picture, as it is scored" },
    ...computeArgs,
  },
  examples: [
    "radar watch parts.onnx inbox --output verdicts.jsonl",
    "radar watch parts.onnx inbox --mqtt mqtts://broker:8883 --secrets secrets.json",
  ],
  run: async (args, { output }) => {
    const [model = "", folder = ""] = args.positionals;
    const outlets = await outletsOf(args, args.text("output"));
    const { watchModel } = await import("../../server/watch/watch-model.ts");
    const interrupt = interruptible(() => output.note("ending: what is under way is finished"));
    try {
      const watch = await watchModel({
        model,
        folder,
        state: args.text("state"),
        database: args.text("database"),
        settleMs: args.number("settle", { integer: true, minimum: 1 }),
        poll: args.flag("poll"),
        outlets,
        onPicture: (file, outcome) => tell(file, outcome, { output, isJsonl: args.flag("jsonl") }),
        onError: (error) => output.note(`${error instanceof Error ? error.message : error}`),
        onOutbox: ({ kind, outlet, count, problem }) => {
          if (kind !== "delivered")
            output.note(`${outlet}: ${count} ${kind}${problem ? `: ${problem}` : ""}`);
        },
        ...(await computeOptions(args, output)),
      });
      output.note(`watching ${folder}; Ctrl-C ends it`);
      await interrupt.asked();
      await watch.end();
    } finally {
      interrupt.release();
    }
    return exitCodes.done;
  },
};

function tell(
  file: string,
  outcome: RecordedOutcome | { readonly failed: Error },
  { output, isJsonl }: { readonly output: Output; readonly isJsonl: boolean },
): void {
  if ("failed" in outcome) {
    if (isJsonl) output.data(JSON.stringify({ file, error: outcome.failed.message }));
    output.note(`not scored: ${outcome.failed.message}`);
    return;
  }
  const { anomalyScore, pValue, isAnomalous, warnings } = outcome.scored;
  const { id, version } = outcome;
  if (isJsonl)
    output.data(JSON.stringify({ file, id, version, anomalyScore, pValue, isAnomalous, warnings }));
  output.print(
    [
      isAnomalous ? "DEFECT" : "ok    ",
      `score ${anomalyScore.toPrecision(4)}`,
      `p ${pValue.toFixed(3)}`,
      file,
    ].join("  "),
  );
}
