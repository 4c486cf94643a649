/** What a probe found, kept in the user's cache folder: a file for each machine, runtime and version. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../base/errors.ts";
import { ensureFolder, writeFileAtomic } from "../../node/atomic-file.ts";
import type { DeviceEvidence, ProbeOutcome } from "./choose-device.ts";

/**
 * The memory of a machine.
 *
 * @param folder - Cache folder of the user; made where missing.
 * @param facts - Plain data: all that an outcome depends on. Other facts are another memory.
 */
export function deviceMemory(
  folder: string,
  facts: object,
): Pick<DeviceEvidence, "recall" | "recalled" | "remember"> {
  const key = createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 16);
  const path = join(folder, `device-${key}.json`);
  return {
    recall: async () => {
      try {
        const { outcome }: { outcome?: unknown } = JSON.parse(await readFile(path, "utf8"));
        return isOutcome(outcome) ? outcome : undefined;
      } catch {
        return undefined; // none yet, or damaged: it is asked again
      }
    },
    recalled: `found out before; remove ${path} to try again`,
    remember: async (outcome) => {
      try {
        await ensureFolder(folder);
        await writeFileAtomic(path, `${JSON.stringify({ facts, outcome }, null, 2)}\n`);
        return `remembered in ${path}`;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        return `not remembered: ${error.message}`;
      }
    },
  };
}

/** Whether something that was read or sent is an outcome. */
export function isOutcome(value: unknown): value is ProbeOutcome {
  if (typeof value !== "object" || value === null) return false;
  if ("failure" in value) return typeof value.failure === "string";
  if (!("difference" in value && "cpu" in value && "webgpu" in value)) return false;
  const isAtLeast = (x: unknown, minimum: number): boolean => typeof x === "number" && x >= minimum;
  return (
    isAtLeast(value.difference, 0) && isAtLeast(value.cpu, 0) && isAtLeast(value.webgpu, Number.MIN_VALUE)
  );
}
