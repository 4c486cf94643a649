/** Trained networks on disk, so that methods that need the very same one train it once. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RadarError } from "../base/errors.ts";
import * as z from "../base/schema.ts";
import type { NetworkStore, StoredNetwork } from "../methods/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.ts";
import { ensureFolder, writeFileAtomic } from "./atomic-file.ts";
import { systemCode } from "./system-error.ts";

/** A store on disk that knows how long its networks took to train. */
export interface DiskNetworkStore extends NetworkStore {
  /** Seconds that training the networks loaded so far took when they were trained. */
  readonly reusedSeconds: () => number;
}

/** Text beside a stored network's parameters. */
const factsSchema = z.object({
  steps: z.number().int().nonnegative(),
  finalLoss: z.number(),
  /** Between being asked for and being saved. */
  seconds: z.number().nonnegative(),
});

/**
 * Networks as files `<key>.safetensors` in a folder.
 *
 * What is read is not trusted: a file that is missing, cut off, of another kind or holds a number that is not finite is as
 * good as none, and the network is trained again. Writing is atomic; a store that cannot be written is an error.
 *
 * @param folder - Made where missing.
 * @param now - Monotonic clock in seconds.
 */
export function diskNetworkStore(
  folder: string,
  now: () => number = () => performance.now() / 1000,
): DiskNetworkStore {
  const asked = new Map<string, number>();
  let reusedSeconds = 0;
  return {
    reusedSeconds: () => reusedSeconds,
    load: async (key) => {
      const found = await readNetwork(pathOf(folder, key));
      if (found === undefined) {
        asked.set(key, now());
        return undefined;
      }
      reusedSeconds += found.seconds;
      return found.network;
    },
    save: async (key, { average, steps, finalLoss }) => {
      const facts = { steps, finalLoss, seconds: now() - (asked.get(key) ?? now()) };
      await ensureFolder(folder);
      const bytes = encodeCheckpoint({ tensors: { average }, metadata: { network: JSON.stringify(facts) } });
      await writeFileAtomic(pathOf(folder, key), bytes);
    },
  };
}

async function readNetwork(
  path: string,
): Promise<{ readonly network: StoredNetwork; readonly seconds: number } | undefined> {
  try {
    const { tensors, metadata } = decodeCheckpoint(new Uint8Array(await readFile(path)));
    const { average } = tensors;
    const { seconds, ...facts } = factsSchema.parse(JSON.parse(metadata.network ?? ""));
    if (average === undefined || !average.every(Number.isFinite)) return undefined;
    return { network: { average, ...facts }, seconds };
  } catch (error) {
    const isBad = error instanceof RadarError || error instanceof z.ZodError || error instanceof SyntaxError;
    if (isBad || systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

/** Keys are hexadecimal; anything else would be a path. */
function pathOf(folder: string, key: string): string {
  return join(folder, `${key.replaceAll(/[^\da-z]/gi, "_")}.safetensors`);
}
