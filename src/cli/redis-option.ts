/** Where Redis is. */
import type { ArgDef } from "citty";
import type { Arguments } from "./arguments.ts";
import { UsageError } from "./errors.ts";

/** The option of the commands that use it. */
export const redisArg: ArgDef = {
  type: "string",
  valueHint: "url",
  description: "redis:// or rediss:// of Redis or Valkey; with a password: in RADAR_REDIS, not here",
};

/** The address, of `--redis` or of the environment's RADAR_REDIS, which no list of processes shows. */
export function redisOf(args: Arguments): string | undefined {
  const url = args.text("redis") ?? (process.env.RADAR_REDIS || undefined);
  if (url === undefined) return undefined;
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError("--redis: expected redis://host:port or rediss://host:port, got another text.");
}
