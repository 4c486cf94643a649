/** Every verdict, kept: written before it is answered, found again, noted on, exported, and forgotten when it is old. */
import { randomBytes } from "node:crypto";
import { type SelectQueryBuilder, sql } from "kysely";
import { ServiceError } from "../../base/errors.ts";
import { type FailedVerdict, messagesOf } from "../outbox/message.ts";
import type { OutletName } from "../outbox/outlet.ts";
import type { Said } from "../protocol.ts";
import {
  type Database,
  databaseBytes,
  type Tables,
  type VerdictTable,
  type WatchedTable,
} from "./database.ts";
import { JoinedWork } from "./joined-work.ts";
import type { PictureStore } from "./picture-store.ts";

/** Which pictures are kept. */
export type PictureRule = "all" | "anomalous" | "none";

/** A verdict to keep. */
export interface NewVerdict
  extends Omit<VerdictTable, "id" | "time" | "truth" | "note" | "pictureBytes" | "isAnomalous" | "warnings"> {
  readonly isAnomalous: boolean;
  readonly warnings: readonly string[];
  /** The encoded picture, where there is one. */
  readonly picture?: Uint8Array | undefined;
  /** The file of a watched folder that it is of. */
  readonly watched?: WatchedTable | undefined;
}

/** A picture that could not be scored, to be told. */
export interface NewFailure extends Pick<FailedVerdict, "detector" | "imageName" | "error"> {
  readonly watched: WatchedTable;
}

/** What is looked for; the newest first. */
export interface HistoryQuery {
  readonly detector?: string | undefined;
  readonly version?: string | undefined;
  readonly isAnomalous?: boolean | undefined;
  /** What the part was found to be, or that nothing was said of it. */
  readonly truth?: "good" | "defect" | "unknown" | undefined;
  /** UTC, ISO 8601: not before. */
  readonly from?: string | undefined;
  /** UTC, ISO 8601: before. */
  readonly to?: string | undefined;
  /** The last id of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** How long and how much is kept. */
export interface Retention {
  readonly days: number;
  /** Of pictures and, in SQLite, the database. */
  readonly bytes: number;
}

/** What a picture scored, and what the part was found to be. */
export interface JudgedScore extends Pick<VerdictTable, "imageHash" | "anomalyScore" | "truth"> {
  readonly isAnomalous: boolean;
}

/** Retention where nothing else is said (ours). */
export const usualRetention: Retention = { days: 365, bytes: 10e9 };

/** What {@link History} stands on. */
export interface HistoryOptions {
  readonly db: Database;
  /** As {@link openDatabase} took it. */
  readonly where: string;
  readonly pictures: PictureStore;
  readonly rule: PictureRule;
  readonly retention: Retention;
  readonly clock: () => Date;
  /** Where verdicts are delivered to: each is a message for each, written in its transaction. Default: nowhere. */
  readonly outlets?: readonly OutletName[] | undefined;
  /** Called when verdicts and their messages were written; without verdicts where a picture could not be scored. */
  readonly onAdded?: ((verdicts: readonly VerdictTable[]) => void) | undefined;
}

/** Rows that are read at a time, and that go at a time when there are too many (ours). */
const pageRows = 500;
const prunedRows = 100;

/** Requests whose verdicts are written in one transaction, at most (ours). */
const writesAtOnce = 16;

/** What one request writes. */
interface Writing {
  readonly verdicts: readonly VerdictTable[];
  readonly failures: readonly FailedVerdict[];
  readonly watched: readonly WatchedTable[];
}

/** The history of a server. */
export class History {
  readonly #options: HistoryOptions;
  readonly #writes = new JoinedWork<Writing>((writings) => this.#write(writings), writesAtOnce);

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Keeps verdicts, all or none; gives their ids when they are written. */
  async add(verdicts: readonly NewVerdict[]): Promise<string[]> {
    const { pictures, rule, clock } = this.#options;
    if (verdicts.length === 0) return [];
    const now = clock();
    const rows: VerdictTable[] = [];
    for (const { picture, isAnomalous, warnings, watched: _, ...verdict } of verdicts) {
      const isKept = picture !== undefined && (rule === "all" || (rule === "anomalous" && isAnomalous));
      if (isKept) await pictures.add(verdict.imageHash, picture);
      rows.push({
        ...verdict,
        id: idAt(now, rows.length),
        time: now.toISOString(),
        isAnomalous: isAnomalous ? 1 : 0,
        warnings: JSON.stringify(warnings),
        truth: null,
        note: null,
        pictureBytes: isKept ? picture.length : 0,
      });
    }
    const watched = verdicts.flatMap((verdict) => verdict.watched ?? []);
    await this.#writes.add({ verdicts: rows, failures: [], watched });
    this.#options.onAdded?.(rows);
    return rows.map(({ id }) => id);
  }

  /** Tells that a picture of a watched folder could not be scored; it is not tried again. */
  async addFailure({ watched, ...failure }: NewFailure): Promise<void> {
    const now = this.#options.clock();
    const failures = [{ ...failure, id: idAt(now, 0), time: now.toISOString() }];
    await this.#writes.add({ verdicts: [], failures, watched: [watched] });
    this.#options.onAdded?.([]);
  }

  /** All in one transaction: verdicts, messages of them and of failures, and the files that were seen. */
  async #write(writings: readonly Writing[]): Promise<void> {
    const { db, outlets = [] } = this.#options;
    const verdicts = writings.flatMap((writing) => writing.verdicts);
    const failures = writings.flatMap((writing) => writing.failures);
    const watched = writings.flatMap((writing) => writing.watched);
    const messages = [...verdicts, ...failures].flatMap((told) => messagesOf(told, outlets));
    await db.transaction().execute(async (transaction) => {
      if (verdicts.length > 0) await transaction.insertInto("verdicts").values(verdicts).execute();
      if (messages.length > 0) await transaction.insertInto("outbox").values(messages).execute();
      if (watched.length > 0) await transaction.insertInto("watched").values(watched).execute();
    });
  }

  /** The newest verdicts that fit. */
  async find(query: HistoryQuery): Promise<VerdictTable[]> {
    return this.#where(query).selectAll().orderBy("id", "desc").limit(query.limit).execute();
  }

  /** All verdicts that fit, the newest first, read page by page. */
  async *all(query: Omit<HistoryQuery, "limit">): AsyncGenerator<VerdictTable> {
    let before = query.before;
    for (;;) {
      const page = await this.find({ ...query, before, limit: pageRows });
      yield* page;
      before = page.at(-1)?.id;
      if (page.length < pageRows) return;
    }
  }

  /** Scores of the last verdicts of a version, in the order in which they came. */
  async scores(detector: string, version: string, last: number): Promise<number[]> {
    const rows = await this.#where({ detector, version })
      .select("anomalyScore")
      .orderBy("id", "desc")
      .limit(last)
      .execute();
    return rows.map(({ anomalyScore }) => anomalyScore).toReversed();
  }

  /** What was said of a version's verdicts, in the order in which they came; of many the newest. */
  async judged(
    query: Pick<HistoryQuery, "detector" | "version" | "from" | "to">,
    last: number,
  ): Promise<JudgedScore[]> {
    const rows = await this.#where(query)
      .select(["imageHash", "anomalyScore", "isAnomalous", "truth"])
      .orderBy("id", "desc")
      .limit(last)
      .execute();
    return rows.map((row) => ({ ...row, isAnomalous: row.isAnomalous !== 0 })).toReversed();
  }

  /** @throws {ServiceError} E_NOT_FOUND if there is none of that id. */
  async get(id: string): Promise<VerdictTable> {
    const { db } = this.#options;
    const found = await db.selectFrom("verdicts").selectAll().where("id", "=", id).executeTakeFirst();
    return found ?? notFound(id);
  }

  /** Writes down what an operator says of a verdict. @throws {ServiceError} E_NOT_FOUND if there is none of that id. */
  async say(id: string, said: Said): Promise<VerdictTable> {
    const { db } = this.#options;
    const { truth, note } = said;
    if (truth !== undefined || note !== undefined) {
      const set = { ...(truth !== undefined && { truth }), ...(note !== undefined && { note }) };
      await db.updateTable("verdicts").set(set).where("id", "=", id).execute();
    }
    return this.get(id);
  }

  /** The picture of a verdict. @throws {ServiceError} E_NOT_FOUND if none is kept. */
  async picture(id: string): Promise<Uint8Array> {
    const { imageHash, pictureBytes } = await this.get(id);
    const found = pictureBytes > 0 ? await this.#options.pictures.get(imageHash) : undefined;
    if (found !== undefined) return found;
    throw new ServiceError(
      "E_NOT_FOUND",
      "history: expected a verdict whose picture is kept, got one without.",
    );
  }

  /** Forgets what is too old, then the oldest until the rest is small enough. @returns how many verdicts went. */
  async prune(): Promise<number> {
    const { clock, retention } = this.#options;
    const oldest = new Date(clock().getTime() - retention.days * 86_400_000).toISOString();
    let gone = 0;
    for (;;) {
      const some = await this.#forget((rows) => rows.where("time", "<", oldest));
      gone += some;
      if (some < prunedRows) break;
    }
    while ((await this.#bytes()) > retention.bytes) {
      const some = await this.#forget((rows) => rows);
      gone += some;
      if (some === 0) break;
    }
    return gone;
  }

  /** Removes pictures that no verdict tells of: a process that was killed between the two leaves one. */
  async sweep(): Promise<void> {
    const { db, pictures } = this.#options;
    for await (const hash of pictures.hashes()) {
      const used = await db
        .selectFrom("verdicts")
        .select("id")
        .where("imageHash", "=", hash)
        .executeTakeFirst();
      if (used === undefined) await pictures.remove(hash);
    }
  }

  /** Closes the database. */
  async close(): Promise<void> {
    await this.#options.db.destroy();
  }

  #where(query: Omit<HistoryQuery, "limit">): SelectQueryBuilder<Tables, "verdicts", object> {
    const { detector, version, isAnomalous, truth, from, to, before } = query;
    let rows: SelectQueryBuilder<Tables, "verdicts", object> = this.#options.db.selectFrom("verdicts");
    if (detector !== undefined) rows = rows.where("detector", "=", detector);
    if (version !== undefined) rows = rows.where("version", "=", version);
    if (isAnomalous !== undefined) rows = rows.where("isAnomalous", "=", isAnomalous ? 1 : 0);
    if (truth === "unknown") rows = rows.where("truth", "is", null);
    else if (truth !== undefined) rows = rows.where("truth", "=", truth);
    if (from !== undefined) rows = rows.where("time", ">=", from);
    if (to !== undefined) rows = rows.where("time", "<", to);
    if (before !== undefined) rows = rows.where("id", "<", before);
    return rows;
  }

  async #bytes(): Promise<number> {
    const { db, where } = this.#options;
    const kept = db
      .selectFrom("verdicts")
      .select(["imageHash", "pictureBytes"])
      .where("pictureBytes", ">", 0)
      .distinct();
    const { total } = await db
      .selectFrom(kept.as("kept"))
      .select(sql<number | string | null>`sum(picture_bytes)`.as("total"))
      .executeTakeFirstOrThrow();
    return Number(total ?? 0) + (await databaseBytes(db, where));
  }

  /** Forgets the oldest verdicts of a choice, a few hundred at a time. */
  async #forget(
    choose: (
      rows: SelectQueryBuilder<Tables, "verdicts", object>,
    ) => SelectQueryBuilder<Tables, "verdicts", object>,
  ): Promise<number> {
    const { db, pictures } = this.#options;
    const rows = await choose(this.#where({}))
      .select(["id", "imageHash", "pictureBytes"])
      .orderBy("id")
      .limit(prunedRows)
      .execute();
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    await db.deleteFrom("verdicts").where("id", "in", ids).execute();
    for (const hash of new Set(
      rows.filter((row) => row.pictureBytes > 0).map(({ imageHash }) => imageHash),
    )) {
      const used = await db
        .selectFrom("verdicts")
        .select("id")
        .where("imageHash", "=", hash)
        .executeTakeFirst();
      if (used === undefined) await pictures.remove(hash);
    }
    return rows.length;
  }
}

function notFound(id: string): never {
  throw new ServiceError(
    "E_NOT_FOUND",
    `history: expected the id of a verdict, got ${JSON.stringify(id.slice(0, 60))}.`,
  );
}

/** An id that sorts by time, and by place among those of one moment. */
function idAt(time: Date, place: number): string {
  const moment = time.getTime().toString(36).padStart(9, "0");
  return `${moment}${place.toString(36).padStart(3, "0")}${randomBytes(6).toString("hex")}`;
}
