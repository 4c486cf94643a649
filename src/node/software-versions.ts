/** What made a model file. */
import { readFileSync } from "node:fs";
import { z } from "zod";

const packageSchema = z.object({ version: z.string() });

/** Version of this package, e.g. "0.1.0". */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return packageSchema.parse(JSON.parse(text)).version;
}

/** Versions for the model's description: this package and Node. */
export function softwareVersions(): Record<string, string> {
  return { "radar-ad": packageVersion(), node: process.version };
}
