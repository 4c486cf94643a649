/** A server from its start to its end. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Logger, pino } from "pino";
import { ServiceError } from "../base/errors.ts";
import { fileError } from "../node/system-error.ts";
import type { Device } from "../runtime/backend.ts";
import { createApp } from "./app.ts";
import { type Limits, usualLimits } from "./limits.ts";
import { measurements } from "./measurements.ts";
import { type ModelEvent, Models } from "./models.ts";
import { BodyReader } from "./request-body.ts";
import { startScorer } from "./scorer.ts";
import type { Station } from "./station.ts";

/** How a server is started. */
export interface ServeOptions {
  /** Folder of model files. */
  readonly models: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
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

/**
 * Starts a server. It answers at once; detectors become ready as their models are loaded.
 *
 * @throws {FileError} E_FILE if the folder cannot be read, or the address cannot be listened on.
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { host, port, device, threads, logLevel = "info" } = options;
  const limits = { ...usualLimits, ...options.limits };
  const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: false }));
  const now = (): number => performance.now();
  const measured = measurements(() => models.list());
  const models = new Models({
    folder: options.models,
    limits,
    now,
    start: (path) => startScorer(path, { device, threads, maxPixels: limits.maxPixels }),
    onBatch: measured.batch,
    onEvent: (event) => logEvent(log, event),
  });
  let isOpen = true;
  const station: Station = {
    models,
    limits,
    now,
    log,
    measurements: measured,
    bodies: new BodyReader(limits),
    isOpen: () => isOpen,
  };
  const server = createServer(slowClient, getRequestListener(createApp(station).fetch));
  server.maxConnections = maxConnections;
  const url = await listen(server, { host, port });
  const loaded = models.load();
  loaded.catch((error: unknown) => log.error({ err: error }, "models"));
  return {
    url,
    loaded,
    end: async () => {
      isOpen = false;
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await models.end();
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      await closed.finally(() => clearInterval(idle));
      log.flush();
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
