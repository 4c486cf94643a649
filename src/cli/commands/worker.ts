/** `radar worker`: scores and trains for a `radar serve --redis`. */
import { workKinds } from "../../server/work/work-kind.ts";
import { type Command, computeArgs } from "../command.ts";
import { computeOptions } from "../compute-options.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { redisArg, redisOf } from "../redis-option.ts";

/** `radar worker`. */
export const workerCommand: Command = {
  name: "worker",
  summary: "Score and train for a radar serve, here or on another machine",
  args: {
    redis: redisArg,
    state: {
      type: "string",
      valueHint: "folder",
      description: "state folder of the server, as this machine sees it (default models/.radar)",
    },
    only: { type: "string", valueHint: "which", description: "scoring or training (default both)" },
    "max-megapixels": { type: "string", valueHint: "n", description: "largest picture (default 64)" },
    ...computeArgs,
  },
  examples: [
    "radar worker --redis redis://127.0.0.1",
    "radar worker --redis redis://station --state /mnt/station --only training",
  ],
  run: async (args, { output }) => {
    const redis = redisOf(args);
    const kind = args.choice("only", workKinds);
    const megapixels = args.number("max-megapixels", { above: 0 });
    const options = await computeOptions(args, output);
    if (redis === undefined) {
      throw new UsageError("expected --redis, or RADAR_REDIS in the environment, got neither.");
    }
    const { startWorker } = await import("../../server/work/worker.ts");
    const interrupt = interruptible(() =>
      output.note("ending: what is being scored is answered, a training stops at a checkpoint"),
    );
    try {
      const worker = await startWorker({
        redis,
        state: args.text("state") ?? "models/.radar",
        kind,
        ...(megapixels !== undefined && { maxPixels: Math.ceil(2 ** 20 * megapixels) }),
        ...options,
      });
      output.note("radar worker takes work");
      await interrupt.asked();
      await worker.end();
    } finally {
      interrupt.release();
    }
    return exitCodes.done;
  },
};
