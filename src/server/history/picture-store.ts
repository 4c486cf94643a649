/** Pictures by their content hash, one file each. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureFolder, writeFileAtomic } from "../../node/atomic-file.ts";
import { pathKind } from "../../node/path-kind.ts";

/** Keeps encoded pictures in a folder, in 256 folders of their first two digits. */
export class PictureStore {
  readonly #folder: string;

  /** @param folder - Made where missing. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps a picture; one that is there already is left as it is. */
  async add(hash: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(hash);
    if ((await pathKind(path)) === "file") return;
    await ensureFolder(join(this.#folder, hash.slice(0, 2)));
    await writeFileAtomic(path, bytes);
  }

  /** Its bytes; undefined if it is not kept. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(hash);
    return (await pathKind(path)) === "file" ? readFile(path) : undefined;
  }

  /** Removes it, if it is there. */
  async remove(hash: string): Promise<void> {
    await rm(this.#pathOf(hash), { force: true });
  }

  /** All that are kept. */
  async *hashes(): AsyncGenerator<string> {
    if ((await pathKind(this.#folder)) !== "folder") return;
    for (const part of await readdir(this.#folder)) {
      for (const name of await readdir(join(this.#folder, part))) if (/^[0-9a-f]{64}$/.test(name)) yield name;
    }
  }

  #pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}
