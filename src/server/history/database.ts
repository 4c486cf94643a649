/** The database of a server: SQLite in a file, or PostgreSQL, through one query layer. */
import { CamelCasePlugin, type Dialect, Kysely, type Migration, Migrator, sql } from "kysely";
import { FileError, RadarError } from "../../base/errors.ts";
import type { OutletName } from "../outbox/outlet.ts";

/** A verdict, as it is kept. */
export interface VerdictTable {
  /** Sorts by time. */
  readonly id: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly time: string;
  readonly detector: string;
  readonly version: string;
  readonly imageName: string;
  /** SHA-256 of the bytes that came. */
  readonly imageHash: string;
  readonly anomalyScore: number;
  readonly pValue: number;
  readonly threshold: number;
  /** 0 or 1. */
  readonly isAnomalous: number;
  /** From the request to the score. */
  readonly latencyMs: number;
  /** JSON of a list of texts. */
  readonly warnings: string;
  /** Who asked. */
  readonly caller: string;
  /** What an operator found the part to be. */
  truth: "good" | "defect" | null;
  /** What an operator noted. */
  note: string | null;
  /** Bytes of the picture that is kept; 0 if none is. */
  pictureBytes: number;
}

/** A message that waits to be delivered. */
export interface OutboxTable {
  readonly outlet: OutletName;
  /** The verdict's. */
  readonly id: string;
  readonly detector: string;
  /** JSON. */
  readonly payload: string;
  /** UTC, ISO 8601. */
  readonly time: string;
  /** UTC, ISO 8601: it is not tried before. */
  notBefore: string;
  /** How often it was refused. */
  refusals: number;
}

/** A file of a watched folder that was scored, or could not be. */
export interface WatchedTable {
  /** Which watch of which folder. */
  readonly watch: string;
  /** Path in the folder. */
  readonly file: string;
  /** Changes when the file does. */
  readonly look: string;
}

/** All tables. */
export interface Tables {
  readonly verdicts: VerdictTable;
  readonly outbox: OutboxTable;
  readonly watched: WatchedTable;
}

/** The query layer. */
export type Database = Kysely<Tables>;

const migrations: Readonly<Record<string, Migration>> = {
  "001-verdicts": {
    up: async (db) => {
      await db.schema
        .createTable("verdicts")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("time", "text", (column) => column.notNull())
        .addColumn("detector", "text", (column) => column.notNull())
        .addColumn("version", "text", (column) => column.notNull())
        .addColumn("imageName", "text", (column) => column.notNull())
        .addColumn("imageHash", "text", (column) => column.notNull())
        .addColumn("anomalyScore", "double precision", (column) => column.notNull())
        .addColumn("pValue", "double precision", (column) => column.notNull())
        .addColumn("threshold", "double precision", (column) => column.notNull())
        .addColumn("isAnomalous", "integer", (column) => column.notNull())
        .addColumn("latencyMs", "double precision", (column) => column.notNull())
        .addColumn("warnings", "text", (column) => column.notNull())
        .addColumn("caller", "text", (column) => column.notNull())
        .addColumn("truth", "text")
        .addColumn("note", "text")
        .addColumn("pictureBytes", "integer", (column) => column.notNull())
        .execute();
      await db.schema.createIndex("verdictsDetector").on("verdicts").columns(["detector", "id"]).execute();
      await db.schema.createIndex("verdictsImage").on("verdicts").column("imageHash").execute();
    },
  },
  "002-outbox": {
    up: async (db) => {
      await db.schema
        .createTable("outbox")
        .addColumn("outlet", "text", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("detector", "text", (column) => column.notNull())
        .addColumn("payload", "text", (column) => column.notNull())
        .addColumn("time", "text", (column) => column.notNull())
        .addColumn("notBefore", "text", (column) => column.notNull())
        .addColumn("refusals", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("outboxKey", ["outlet", "id"])
        .execute();
      await db.schema
        .createTable("watched")
        .addColumn("watch", "text", (column) => column.notNull())
        .addColumn("file", "text", (column) => column.notNull())
        .addColumn("look", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("watchedKey", ["watch", "file", "look"])
        .execute();
    },
  },
};

/**
 * Opens a database and brings it to the present form.
 *
 * SQLite writes ahead and flushes at checkpoints: what was acknowledged survives the end of the process however it comes, and a loss of power
 * costs at most the last moments.
 *
 * @param where - `postgres://...`, or the path of a SQLite file, which is made where missing.
 * @throws {FileError} E_FILE if it cannot be opened; {RadarError} E_PACKAGE if PostgreSQL is wanted and `pg` is not installed.
 */
export async function openDatabase(where: string): Promise<Database> {
  const isPostgres = /^postgres(ql)?:\/\//.test(where);
  const db = new Kysely<Tables>({
    dialect: isPostgres ? await postgresDialect(where) : await sqliteDialect(where),
    plugins: [new CamelCasePlugin()],
  });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return db;
  await db.destroy();
  const name = isPostgres ? "the PostgreSQL database" : where;
  const reason = error instanceof Error ? error.message : String(error);
  throw new FileError(`${name}: cannot open it as the history: ${reason}.`, { cause: error });
}

/** Bytes that SQLite's file takes; 0 of a database that is elsewhere. */
export async function databaseBytes(db: Database, where: string): Promise<number> {
  if (/^postgres(ql)?:\/\//.test(where)) return 0;
  const { rows } = await sql<{
    bytes: number;
  }>`select (page_count - freelist_count) * page_size as bytes from pragma_page_count, pragma_freelist_count, pragma_page_size`.execute(
    db,
  );
  return rows[0]?.bytes ?? 0;
}

async function sqliteDialect(path: string): Promise<Dialect> {
  const [{ SqliteDialect }, { default: Sqlite }] = await Promise.all([import("kysely"), import("libsql")]);
  try {
    const database = new Sqlite(path, { timeout: 5 });
    database.pragma("journal_mode = wal");
    database.pragma("synchronous = normal");
    const { prepare, forget } = keptStatements((text) => database.prepare(text));
    return new SqliteDialect({
      database: {
        prepare,
        close: () => {
          forget();
          database.close();
        },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`${path}: cannot open it as the history: ${reason}.`, { cause: error });
  }
}

/** Most statements that are kept (ours); a server has some thirty, and one for each number of rows that are written at a time. */
const mostStatements = 200;

/**
 * Statements are prepared once: a prepared one holds some ten kilobytes outside JavaScript's heap until its garbage is collected, which nothing
 * hurries, and takes as long to prepare as to run.
 */
function keptStatements<Statement>(prepare: (text: string) => Statement): {
  readonly prepare: (text: string) => Statement;
  readonly forget: () => void;
} {
  const kept = new Map<string, Statement>();
  return {
    prepare: (text) => {
      const found = kept.get(text);
      if (found !== undefined) return found;
      if (kept.size >= mostStatements) kept.clear();
      const made = prepare(text);
      kept.set(text, made);
      return made;
    },
    forget: () => kept.clear(),
  };
}

async function postgresDialect(url: string): Promise<Dialect> {
  const { PostgresDialect } = await import("kysely");
  try {
    const { default: pg } = await import("pg");
    return new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 8 }) });
  } catch (error) {
    throw new RadarError(
      "E_PACKAGE",
      "database: expected the package pg for PostgreSQL, got none. Install it beside radar-ad: npm install pg.",
      { cause: error },
    );
  }
}
