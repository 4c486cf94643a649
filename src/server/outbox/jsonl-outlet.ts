/** Verdicts to a file, a line of JSON each, each once. */
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { fileError } from "../../node/system-error.ts";
import type { Outlet } from "./outlet.ts";

const tailBytes = 65_536;
const lineSchema = z.object({ id: z.string() });

/**
 * Appends each message and flushes it to the disk. A line that a killed process left half is taken off first, and what its last lines
 * have is not written again.
 *
 * @throws {FileError} E_FILE if the file cannot be written.
 */
export async function jsonlOutlet(path: string): Promise<Outlet> {
  let file: FileHandle;
  let written: Set<string>;
  try {
    file = await open(path, "a+");
    written = await mended(file);
  } catch (error) {
    throw fileError(path, "write", error);
  }
  return {
    name: "jsonl",
    deliver: async ({ id, payload }) => {
      if (written.has(id)) return "delivered";
      await file.appendFile(`${payload}\n`);
      await file.datasync();
      written.add(id);
      if (written.size > 10_000) written.clear(); // what is long written is no longer in the outbox
      return "delivered";
    },
    end: () => file.close(),
  };
}

/** The ids of the last lines, once the half line after them is gone. */
async function mended(file: FileHandle): Promise<Set<string>> {
  const { size } = await file.stat();
  const start = Math.max(0, size - tailBytes);
  const { buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const end = buffer.lastIndexOf(0x0a) + 1;
  if (end < buffer.length) await file.truncate(start + end);
  const lines = buffer.subarray(0, end).toString("utf8").split("\n");
  return new Set(lines.flatMap(idOf));
}

function idOf(line: string): string[] {
  try {
    return [lineSchema.parse(JSON.parse(line)).id];
  } catch {
    return []; // the first one of the tail may be half
  }
}
