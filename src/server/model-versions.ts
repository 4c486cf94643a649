/** Versions of a detector on the disk, by content hash, and which of them were active, in their order. */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ServiceError } from "../base/errors.ts";
import { ensureFolder, writeFileAtomic } from "../node/atomic-file.ts";
import { pathKind } from "../node/path-kind.ts";
import { systemCode } from "../node/system-error.ts";

const versionPattern = /^[0-9a-f]{64}$/;
const activationsSchema = z.array(z.string().regex(versionPattern));

/** The versions of one detector. */
export class ModelVersions {
  readonly #folder: string;

  /** @param folder - Of this detector alone; made when the first version is added. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a version is, or would be. @throws {ServiceError} E_NOT_FOUND if it is no version's name. */
  pathOf(version: string): string {
    if (versionPattern.test(version)) return join(this.#folder, `${version}.onnx`);
    throw new ServiceError("E_NOT_FOUND", "version: expected the SHA-256 of a model file, got another text.");
  }

  /** Keeps the bytes of a version; resolves when they are on the disk. */
  async add(version: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(version);
    if ((await pathKind(path)) === "file") return;
    await ensureFolder(this.#folder);
    await writeFileAtomic(path, bytes);
  }

  /** @throws {ServiceError} E_NOT_FOUND if there is no such version. */
  async bytesOf(version: string): Promise<Uint8Array> {
    const bytes = await unlessGone(readFile(this.pathOf(version)));
    if (bytes !== undefined) return bytes;
    throw new ServiceError("E_NOT_FOUND", `version: expected one that is kept, got ${version}.`);
  }

  /** Versions that are kept, with their sizes, the newest first. */
  async list(): Promise<{ readonly version: string; readonly bytes: number; readonly addedAt: string }[]> {
    const files = (await unlessGone(readdir(this.#folder))) ?? [];
    const names = files.filter((name) => /^[0-9a-f]{64}\.onnx$/.test(name));
    const versions = await Promise.all(
      names.map(async (name) => {
        const file = await unlessGone(stat(join(this.#folder, name)));
        if (file === undefined) return [];
        return [{ version: name.replace(".onnx", ""), bytes: file.size, addedAt: file.mtime.toISOString() }];
      }),
    );
    return versions.flat().toSorted((a, b) => (a.addedAt < b.addedAt ? 1 : -1));
  }

  /** Versions in the order in which they became active; the last one is active, or was when the server ended. */
  async activations(): Promise<string[]> {
    const text = await unlessGone(readFile(join(this.#folder, "activations.json"), "utf8"));
    if (text === undefined) return [];
    const read = activationsSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : [];
  }

  /** Replaces the list of {@link ModelVersions.activations}; the newest hundred are kept. */
  async setActivations(activations: readonly string[]): Promise<void> {
    await ensureFolder(this.#folder);
    await writeFileAtomic(join(this.#folder, "activations.json"), JSON.stringify(activations.slice(-100)));
  }

  /** Removes a version. */
  async remove(version: string): Promise<void> {
    await rm(this.pathOf(version), { force: true });
  }

  /** Removes all of them. */
  async removeAll(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What is read; undefined if it is not there, or goes while it is read: another request may delete it at any time. */
async function unlessGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
