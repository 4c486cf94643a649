/** Which files of a watched folder were scored: written in the transaction of the verdict, so that each is scored once. */
import type { Database, WatchedTable } from "./database.ts";

/** The files of one watch. */
export class WatchedFiles {
  readonly #db: Database;
  readonly #watch: string;

  /** @param watch - Tells it from other watches. */
  constructor(db: Database, watch: string) {
    this.#db = db;
    this.#watch = watch;
  }

  /** What is written down of a file. */
  entry(file: string, look: string): WatchedTable {
    return { watch: this.#watch, file, look };
  }

  /** Whether a file was scored as it looks now. */
  async has(file: string, look: string): Promise<boolean> {
    const found = await this.#db
      .selectFrom("watched")
      .select("file")
      .where("watch", "=", this.#watch)
      .where("file", "=", file)
      .where("look", "=", look)
      .executeTakeFirst();
    return found !== undefined;
  }

  /** Forgets files that are no longer there. */
  async keep(isThere: (file: string) => boolean): Promise<void> {
    const known = await this.#db
      .selectFrom("watched")
      .select("file")
      .distinct()
      .where("watch", "=", this.#watch)
      .execute();
    for (const { file } of known) {
      if (isThere(file)) continue;
      await this.#db
        .deleteFrom("watched")
        .where("watch", "=", this.#watch)
        .where("file", "=", file)
        .execute();
    }
  }
}
