/** A server from its start to its end. */
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { type Logger, pino } from "pino";
import { OptionError, ServiceError } from "../base/errors.ts";
import { ensureFolder, prepareFolder } from "../node/atomic-file.ts";
import { fileError } from "../node/system-error.ts";
import { train } from "../node/train.ts";
import type { Device } from "../runtime/backend.ts";
import { isLoopback, openAccess, tokenAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { AuditLog } from "./audit-log.ts";
import { openDatabase } from "./history/database.ts";
import { History, type PictureRule, type Retention } from "./history/history.ts";
import { PictureStore } from "./history/picture-store.ts";
import { Jobs } from "./jobs/jobs.ts";
import { type Limits, usualLimits } from "./limits.ts";
import { measurements } from "./measurements.ts";
import { type ModelEvent, Models } from "./models.ts";
import { BodyReader } from "./request-body.ts";
import { type StartScorer, startScorer } from "./scorer.ts";
import { lockState } from "./state-lock.ts";
import type { Station } from "./station.ts";
import { Trials } from "./trials.ts";

/** How a server is started. */
export interface ServeOptions {
  /** Folder of model files. */
  readonly models: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Folder of what the server keeps: versions and logs. Default: `.radar` in that of the models. */
  readonly state?: string | undefined;
  /** File of tokens; needed where others reach the server. */
  readonly tokens?: string | undefined;
  /** Where verdicts are kept: `postgres://...` or a file. Default: `history.sqlite` in the state folder. */
  readonly database?: string | undefined;
  /** Which pictures are kept. Default "anomalous". */
  readonly pictures?: PictureRule | undefined;
  /** How long and how much is kept. Default: 365 days, 10 GB. */
  readonly retention?: Partial<Retention> | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Folder of the built page, which is answered at `/`. Default: none. */
  readonly page?: string | undefined;
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent" | undefined;
}

/** A server that answers. */
export interface RunningServer {
  /** Where it answers. */
  readonly url: string;
  /** Resolves when the models that were in the folder have been loaded, or refused. */
  readonly loaded: Promise<void>;
  /** Takes no more pictures, answers what it has taken, and ends. */
  end(): Promise<void>;
}

/** Longest time, in milliseconds, that a client may take for its headers, and for its whole request (ours). */
const slowClient = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };
const maxConnections = 1024;

/** How long, at the end, a client may take to read the answer that it has (ours). */
const slowClientMs = 10_000;

/** How often the folder is looked at (ours). */
const lookEveryMs = 1000;

/** How often the history is looked through (ours). */
const pruneEveryMs = 600_000;

const usualRetention: Retention = { days: 365, bytes: 10e9 };

/**
 * Starts a server. It answers at once; detectors become ready as their models are loaded.
 *
 * @throws {OptionError} E_OPTION if others reach it and there are no tokens; {ServiceError} E_CONFLICT if another server has the state folder; {FileError} E_FILE if the folder cannot be read, or the address cannot be listened on.
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { host, port, device, threads, logLevel = "info" } = options;
  if (options.tokens === undefined && !isLoopback(host)) {
    throw new OptionError(
      `host: expected tokens for a server that others reach at ${host}, got none. Make them with radar token, and name the file with --tokens.`,
    );
  }
  const access = options.tokens === undefined ? openAccess : await tokenAccess(options.tokens);
  const state = options.state ?? join(options.models, ".radar");
  await readdir(options.models).catch((error: unknown) => {
    throw fileError(options.models, "read", error);
  });
  await prepareFolder(state);
  const release = await lockState(state);
  const versions = join(state, "versions");
  await ensureFolder(versions);
  const audit = await AuditLog.open(join(state, "audit.jsonl"));
  const clock = (): Date => new Date();
  const where = options.database ?? join(state, "history.sqlite");
  const history = new History({
    db: await openDatabase(where),
    where,
    pictures: new PictureStore(join(state, "pictures")),
    rule: options.pictures ?? "anomalous",
    retention: { ...usualRetention, ...options.retention },
    clock,
  });
  const limits = { ...usualLimits, ...options.limits };
  const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: false }));
  const now = (): number => performance.now();
  const measured = measurements(() => models.list());
  const start: StartScorer = (path) => startScorer(path, { device, threads, maxPixels: limits.maxPixels });
  const models = new Models({
    folder: options.models,
    versions,
    limits,
    now,
    start,
    onBatch: measured.batch,
    onEvent: (event) => logEvent(log, event),
  });
  const jobs = new Jobs({
    folder: join(state, "jobs"),
    train: (data, of) => train(data, { ...of, device, threads }),
    publish: (detector, model) => models.add(detector, model),
    clock,
  });
  let isOpen = true;
  const station: Station = {
    models,
    trials: new Trials({ models, start, limits }),
    limits,
    now,
    log,
    measurements: measured,
    bodies: new BodyReader(limits),
    isOpen: () => isOpen,
    page: options.page,
    access,
    audit,
    isLocal: isLoopback(host),
    clock,
    history,
    jobs,
  };
  const server = createServer(slowClient, getRequestListener(createApp(station).fetch));
  server.maxConnections = maxConnections;
  const url = await listen(server, { host, port });
  await history.sweep();
  await jobs.open();
  const loaded = models.load();
  loaded.catch((error: unknown) => log.error({ err: error }, "models"));
  const watching = every(lookEveryMs, log, loaded, () => models.look());
  const pruning = every(pruneEveryMs, log, loaded, async () => {
    const verdicts = await history.prune();
    if (verdicts > 0) log.info({ verdicts }, "history: the oldest are forgotten");
  });
  return {
    url,
    loaded,
    end: async () => {
      isOpen = false;
      await Promise.all([watching.end(), pruning.end(), jobs.end()]);
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await models.end();
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const patience = setTimeout(() => server.closeAllConnections(), slowClientMs);
      await closed;
      clearInterval(idle);
      clearTimeout(patience);
      await audit.close();
      await history.close();
      await release();
      log.flush();
    },
  };
}

/** Does something again and again, one time after the other. */
function every(
  ms: number,
  log: Logger,
  after: Promise<void>,
  work: () => Promise<void>,
): { end(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  let working: Promise<void> = after.catch(() => {});
  const next = (): void => {
    if (hasEnded) return;
    timer = setTimeout(() => {
      working = work().catch((error: unknown) => log.error({ err: error }, "regular work failed"));
      void working.then(next);
    }, ms);
  };
  void working.then(next);
  return {
    end: async () => {
      hasEnded = true;
      clearTimeout(timer);
      await working;
    },
  };
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw fileError(`${host}:${port}`, "listen on", error);
  }
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new ServiceError("E_UNAVAILABLE", "server: no address.");
  return urlOf(address);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function logEvent(log: Logger, event: ModelEvent): void {
  if (event.kind === "active") log.info(event, "model is active");
  else log.warn(event, `model is ${event.kind}`);
}
