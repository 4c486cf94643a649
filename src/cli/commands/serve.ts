/** `radar serve`: detectors of a folder, over HTTP. */
import { fileURLToPath } from "node:url";
import type { PictureRule, Retention } from "../../server/history/history.ts";
import type { Limits } from "../../server/limits.ts";
import type { WatchSetting } from "../../server/watch/station-watches.ts";
import type { Arguments } from "../arguments.ts";
import { type Command, computeArgs } from "../command.ts";
import { computeOptions } from "../compute-options.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { interruptible } from "../interrupt.ts";
import { opcuaOf, outletArgs, outletsOf } from "../outlet-arguments.ts";
import { redisArg, redisOf } from "../redis-option.ts";

/** `radar serve`. */
export const serveCommand: Command = {
  name: "serve",
  summary: "Score pictures over HTTP with the models of a folder",
  args: {
    models: { type: "string", valueHint: "folder", description: "folder of model files (default models)" },
    port: {
      type: "string",
      valueHint: "n",
      description: "port to listen on; 0 for any free one (default 8080)",
    },
    host: { type: "string", valueHint: "address", description: "address to listen on (default 127.0.0.1)" },
    state: {
      type: "string",
      valueHint: "folder",
      description: "what the server keeps (default .radar in that of the models)",
    },
    tokens: {
      type: "string",
      valueHint: "file",
      description: "tokens of radar token; needed beyond this machine",
    },
    database: {
      type: "string",
      valueHint: "url",
      description: "history: postgres://... or a file (default history.sqlite in the state folder)",
    },
    "keep-pictures": {
      type: "string",
      valueHint: "which",
      description: "all, anomalous or none (default anomalous)",
    },
    "keep-days": {
      type: "string",
      valueHint: "n",
      description: "forget verdicts after so many days (default 365)",
    },
    "keep-gb": {
      type: "string",
      valueHint: "n",
      description: "forget the oldest beyond so many GB (default 10)",
    },
    watch: {
      type: "string",
      valueHint: "detector=folder",
      description: "score the pictures of a folder as they arrive; may be given several times",
    },
    ...outletArgs,
    opcua: {
      type: "string",
      valueHint: "port",
      description: "tell the last verdict of each detector by OPC UA on this port (usually 4840)",
    },
    redis: redisArg,
    queue: {
      type: "string",
      valueHint: "n",
      description: "pictures that may wait for each detector (default 64)",
    },
    deadline: { type: "string", valueHint: "s", description: "seconds until an answer (default 30)" },
    "max-body": { type: "string", valueHint: "MB", description: "largest body of a request (default 32)" },
    "max-megapixels": { type: "string", valueHint: "n", description: "largest picture (default 64)" },
    ...computeArgs,
  },
  examples: ["radar serve --models models", "radar serve --models models --port 9000 --threads 2"],
  run: async (args, { output }) => {
    const { startServer } = await import("../../server/serve.ts");
    const interrupt = interruptible(() =>
      output.note("ending: answering what was taken (once more to end at once)"),
    );
    try {
      const server = await startServer({
        models: args.text("models") ?? "models",
        host: args.text("host") ?? "127.0.0.1",
        port: args.number("port", { integer: true, minimum: 0 }) ?? 8080,
        state: args.text("state"),
        tokens: args.text("tokens"),
        database: args.text("database"),
        pictures: args.choice("keep-pictures", pictureRules),
        retention: retentionOf(args),
        watch: args.texts("watch").map(watchOf),
        outlets: await outletsOf(args),
        opcua: await opcuaOf(args),
        redis: redisOf(args),
        limits: limitsOf(args),
        page: fileURLToPath(new URL("../../station", import.meta.url)),
        ...(await computeOptions(args, output)),
      });
      output.note(`radar serve answers at ${server.url}`);
      await interrupt.asked();
      await server.end();
    } finally {
      interrupt.release();
    }
    return exitCodes.done;
  },
};

const pictureRules: readonly PictureRule[] = ["all", "anomalous", "none"];

function watchOf(text: string): WatchSetting {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return { detector: text.slice(0, at), folder: text.slice(at + 1) };
  throw new UsageError(`--watch: expected <detector>=<folder>, got ${JSON.stringify(text)}.`);
}

function retentionOf(args: Arguments): Partial<Retention> {
  const days = args.number("keep-days", { above: 0 });
  const gigabytes = args.number("keep-gb", { above: 0 });
  return {
    ...(days !== undefined && { days }),
    ...(gigabytes !== undefined && { bytes: 1e9 * gigabytes }),
  };
}

function limitsOf(args: Arguments): Partial<Limits> {
  const queue = args.number("queue", { integer: true, minimum: 1 });
  const deadline = args.number("deadline", { above: 0 });
  const maxBody = args.number("max-body", { above: 0 });
  const megapixels = args.number("max-megapixels", { above: 0 });
  return {
    ...(queue !== undefined && { queue }),
    ...(deadline !== undefined && { deadlineMs: Math.ceil(1000 * deadline) }),
    ...(maxBody !== undefined && { maxBodyBytes: Math.ceil(2 ** 20 * maxBody) }),
    ...(megapixels !== undefined && { maxPixels: Math.ceil(2 ** 20 * megapixels) }),
  };
}
