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
import type { Device } from "../runtime/backend.ts";
import { isLoopback, openAccess, tokenAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { AuditLog } from "./audit-log.ts";
import { BodyThread } from "./body-thread.ts";
import { Endings } from "./endings.ts";
import { openDatabase } from "./history/database.ts";
import { History, type PictureRule, type Retention, usualRetention } from "./history/history.ts";
import { PictureStore } from "./history/picture-store.ts";
import { Jobs } from "./jobs/jobs.ts";
import { trainHere } from "./jobs/train-job.ts";
import { type Limits, usualLimits } from "./limits.ts";
import { measurements } from "./measurements.ts";
import { type ModelEvent, Models } from "./models.ts";
import { type OpcuaOptions, startOpcua } from "./opcua.ts";
import { openOutbox } from "./outbox/open-outbox.ts";
import { outboxMetrics } from "./outbox/outbox-metrics.ts";
import type { OutletOptions } from "./outbox/outlets.ts";
import { every } from "./regular-work.ts";
import { BodyReader } from "./request-body.ts";
import { type StartScorer, startScorer } from "./scorer.ts";
import { lockState } from "./state-lock.ts";
import type { Station } from "./station.ts";
import { Trials } from "./trials.ts";
import { startWatch, type WatchSetting } from "./watch/station-watches.ts";
import { openWorkforce } from "./work/workforce.ts";

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
  /** Folders whose pictures are scored as they appear. */
  readonly watch?: readonly WatchSetting[] | undefined;
  /** Where verdicts go besides the history. */
  readonly outlets?: OutletOptions | undefined;
  /** Port, and user and password where others reach it, of an OPC UA server with the last verdicts. */
  readonly opcua?: Omit<OpcuaOptions, "host" | "folder"> | undefined;
  /** `redis://...`: workers score and train, not this process. Default: this process does. */
  readonly redis?: string | undefined;
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

/**
 * Starts a server. It answers at once; detectors become ready as their models are loaded.
 *
 * @throws {OptionError} E_OPTION if others reach it and there are no tokens; {ServiceError} E_CONFLICT if another server has the state folder,
 * E_UNAVAILABLE if there is no Redis where it is wanted; {FileError} E_FILE if the folder cannot be read, or the address cannot be listened on.
 */
export function startServer(options: ServeOptions): Promise<RunningServer> {
  return Endings.around((endings) => start(options, endings));
}

async function start(options: ServeOptions, endings: Endings): Promise<RunningServer> {
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
  const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: false }));
  endings.add(() => log.flush());
  endings.add(await lockState(state));
  const versions = join(state, "versions");
  await ensureFolder(versions);
  const audit = await AuditLog.open(join(state, "audit.jsonl"));
  endings.add(() => audit.close());
  const clock = (): Date => new Date();
  const where = options.database ?? join(state, "history.sqlite");
  const measured = measurements(() => models.list());
  const db = await openDatabase(where);
  endings.add(() => db.destroy());
  const count = outboxMetrics(measured.registry, () => outbox.status());
  const outbox = await openOutbox(options.outlets ?? {}, {
    db,
    clock,
    onEvent: (event) => {
      count(event);
      if (event.kind !== "delivered") log.warn(event, "outbox");
    },
  });
  endings.add(() => outbox.end());
  const opcua = options.opcua && (await startOpcua({ ...options.opcua, host, folder: state }));
  endings.add(() => opcua?.end());
  const history = new History({
    db,
    where,
    pictures: new PictureStore(join(state, "pictures")),
    rule: options.pictures ?? "anomalous",
    retention: { ...usualRetention, ...options.retention },
    clock,
    outlets: outbox.outlets,
    onAdded: (verdicts) => {
      outbox.wake();
      for (const verdict of verdicts) opcua?.tell(verdict);
    },
  });
  const limits = { ...usualLimits, ...options.limits };
  const now = (): number => performance.now();
  const here: StartScorer = (path) => startScorer(path, { device, threads, maxPixels: limits.maxPixels });
  const workforce =
    options.redis === undefined
      ? undefined
      : await openWorkforce(options.redis, { start: here, deadlineMs: limits.deadlineMs, log });
  endings.add(() => workforce?.close());
  const load = workforce?.start ?? here;
  const models = new Models({
    folder: options.models,
    versions,
    limits,
    now,
    lanes: workforce?.scoringWorkers,
    start: load,
    onBatch: measured.batch,
    onEvent: (event) => logEvent(log, event),
  });
  const jobs = new Jobs({
    folder: join(state, "jobs"),
    train: workforce?.train ?? trainHere({ device, threads }),
    atOnce: workforce === undefined ? 1 : Number.POSITIVE_INFINITY,
    publish: (detector, model) => models.add(detector, model),
    clock,
  });
  const bodyThread = new BodyThread();
  endings.add(() => bodyThread.end());
  let isOpen = true;
  const station: Station = {
    models,
    trials: new Trials({ models, start: load, limits }),
    limits,
    now,
    log,
    measurements: measured,
    bodies: new BodyReader(limits),
    bodyThread,
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
  endings.add(() => closed(server, { models }));
  await history.sweep();
  await jobs.open();
  endings.add(() => jobs.end());
  const loaded = models.load();
  if (opcua !== undefined) {
    const tellLast = async (): Promise<void> => {
      for (const { name } of models.list())
        for (const verdict of await history.find({ detector: name, limit: 1 })) opcua.tell(verdict);
    };
    loaded.then(tellLast).catch((error: unknown) => log.error({ err: error }, "opcua"));
  }
  loaded.catch((error: unknown) => log.error({ err: error }, "models"));
  const regular = {
    after: loaded,
    onError: (error: unknown) => log.error({ err: error }, "regular work failed"),
  };
  const looking = every(lookEveryMs, () => models.look(), regular);
  const prune = async (): Promise<void> => {
    const verdicts = await history.prune();
    if (verdicts > 0) log.info({ verdicts }, "history: the oldest are forgotten");
  };
  const pruning = every(pruneEveryMs, prune, regular);
  const onError = (error: unknown): void => log.error({ err: error }, "watch");
  endings.add(() => Promise.all([looking.end(), pruning.end()]));
  endings.add(() => {
    isOpen = false;
  });
  for (const setting of options.watch ?? []) {
    const watch = await startWatch({ ...station, db, onError }, setting);
    endings.add(() => watch.end());
  }
  return { url, loaded, end: () => endings.end() };
}

/** Resolves when what was taken is answered, and nobody is connected. */
async function closed(server: Server, { models }: Pick<Station, "models">): Promise<void> {
  const ended = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await models.end();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const patience = setTimeout(() => server.closeAllConnections(), slowClientMs);
  await ended;
  clearInterval(idle);
  clearTimeout(patience);
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
