/** Options that say where verdicts go, of `radar serve` and `radar watch`. */
import type { ArgsDef } from "citty";
import type { OpcuaOptions } from "../server/opcua.ts";
import type { OutletOptions } from "../server/outbox/outlets.ts";
import type { Arguments } from "./arguments.ts";
import { UsageError } from "./errors.ts";

/** The options. */
export const outletArgs: ArgsDef = {
  mqtt: {
    type: "string",
    valueHint: "url",
    description: "publish verdicts to this MQTT 5 broker: mqtt://, mqtts://, ws://, wss://",
  },
  "mqtt-topic": {
    type: "string",
    valueHint: "topic",
    description: "what <topic>/<detector>/verdict begins with (default radar)",
  },
  webhook: { type: "string", valueHint: "url", description: "POST verdicts there, signed" },
  secrets: {
    type: "string",
    valueHint: "file",
    description: "passwords, keys and the webhook's secret, as JSON; also from the environment",
  },
};

/** The port of an OPC UA server and who may read there; undefined if none is wanted. */
export async function opcuaOf(args: Arguments): Promise<Omit<OpcuaOptions, "host" | "folder"> | undefined> {
  const port = args.number("opcua", { integer: true, minimum: 1 });
  if (port === undefined) return undefined;
  const { readSecrets } = await import("../server/secrets.ts");
  const { opcua } = await readSecrets(args.text("secrets"), process.env);
  return { port, ...opcua };
}

/** Where verdicts go. @param jsonl - A file of lines, too. */
export async function outletsOf(args: Arguments, jsonl?: string): Promise<OutletOptions> {
  const [url, hook] = [args.text("mqtt"), args.text("webhook")];
  if (url === undefined && hook === undefined) return { jsonl };
  const { readSecrets } = await import("../server/secrets.ts");
  const { mqtt, webhook } = await readSecrets(args.text("secrets"), process.env);
  if (hook !== undefined && webhook.secret === undefined)
    throw new UsageError(
      "--webhook: expected a secret to sign with, got none. Put it in the file of --secrets, or in RADAR_WEBHOOK_SECRET.",
    );
  return {
    jsonl,
    mqtt: url === undefined ? undefined : { url, topic: args.text("mqtt-topic") ?? "radar", ...mqtt },
    webhook: hook === undefined ? undefined : { url: hook, secret: webhook.secret ?? "" },
  };
}
