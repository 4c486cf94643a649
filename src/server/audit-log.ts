/** Who changed what: a line of JSON for each request that changes something, on the disk before it is answered. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { fileError } from "../node/system-error.ts";
import type { Role } from "./protocol.ts";

/** A request that changed something, or was refused to. */
export interface AuditEntry {
  /** UTC, ISO 8601. */
  readonly time: string;
  readonly caller: string;
  readonly role: Role | null;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The log of changes. */
export class AuditLog {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws {FileError} E_FILE if it cannot be written. */
  static async open(path: string): Promise<AuditLog> {
    try {
      return new AuditLog(path, await open(path, "a"));
    } catch (error) {
      throw fileError(path, "write", error);
    }
  }

  /** Resolves when the entry is on the disk. */
  async record(entry: AuditEntry): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
    await this.#file.datasync();
  }

  /** The newest entries, newest first. A line that a crash cut short is left out. */
  async newest(count: number): Promise<AuditEntry[]> {
    const lines = (await readFile(this.#path, "utf8")).split("\n").slice(0, -1).toReversed();
    return lines.slice(0, count).flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
