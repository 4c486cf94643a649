/** Redis or Valkey, as the station and its workers use it: connections, and bytes under a key for a while. */
import type { Redis } from "ioredis";
import { RadarError, ServiceError } from "../../base/errors.ts";

/** A connection of this process, and the packages that speak over it. */
export interface RedisLink {
  /** For commands: they fail at once while the server is away, and after ten seconds where it is there and silent. */
  readonly client: Redis;
  /** A connection for something that waits on it: it goes on when the server is back. */
  waiting(): Redis;
  /** Called with what goes wrong elsewhere with Redis, which is told as the errors of connections are. */
  readonly onError: OnRedisError;
  readonly bullmq: typeof import("bullmq");
  /** Keeps bytes for some seconds. This and what follows throw E_UNAVAILABLE while Redis is away. */
  put(key: string, bytes: Uint8Array, seconds: number): Promise<void>;
  /** The bytes of a key; undefined if there are none any more. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Forgets keys. */
  forget(...keys: readonly string[]): Promise<void>;
  close(): void;
}

/** Called with what goes wrong with a connection, once however often it does; it connects again by itself. */
export type OnRedisError = (error: Error) => void;

/** How long an answer of Redis is waited for, in milliseconds (ours): a request of 32 MB takes three seconds over 100 Mbit/s. */
const silenceMs = 10_000;

/**
 * Connects to Redis or Valkey.
 *
 * @param url - `redis://` or `rediss://`, with a password where one is needed; it is in no message.
 * @throws {ServiceError} E_UNAVAILABLE if there is no such server; {RadarError} E_PACKAGE if `bullmq` or `ioredis` is not installed.
 */
export async function connectRedis(url: string, onError: OnRedisError): Promise<RedisLink> {
  const { bullmq, ioredis } = await packages();
  const client = new ioredis.Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: silenceMs,
  });
  client.setMaxListeners(0);
  const others: Redis[] = [];
  let first: Error | undefined;
  let isConnected = false;
  const told = new Set<string>();
  const note = (error: Error): void => {
    if (!isConnected) first ??= error;
    else if (!told.has(error.message)) onError(error);
    told.add(error.message);
  };
  client.on("error", note);
  client.on("ready", () => told.clear());
  const close = (): void => {
    for (const connection of [client, ...others]) connection.disconnect();
  };
  try {
    await client.connect();
    isConnected = true;
  } catch (error) {
    close();
    const reason = first ?? (error instanceof Error ? error : new Error(String(error)));
    throw new ServiceError(
      "E_UNAVAILABLE",
      `redis: expected Redis or Valkey at the address given, got ${reason.message}. Start it, or give another address.`,
      { cause: reason },
    );
  }
  return {
    client,
    waiting: () => {
      const connection = new ioredis.Redis(url, { maxRetriesPerRequest: null });
      connection.on("error", note);
      others.push(connection);
      return connection;
    },
    onError: note,
    bullmq,
    put: async (key, bytes, seconds) => {
      const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      await reached(client.set(key, value, "EX", seconds));
    },
    get: async (key) => (await reached(client.getBuffer(key))) ?? undefined,
    forget: async (...keys) => {
      await reached(client.del(...keys));
    },
    close,
  };
}

/** What Redis answers. @throws {ServiceError} E_UNAVAILABLE if it does not. */
export async function reached<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ServiceError("E_UNAVAILABLE", "redis: expected an answer, got none. Come again.", {
      cause: error,
    });
  }
}

async function packages() {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, ioredis };
  } catch (error) {
    throw new RadarError(
      "E_PACKAGE",
      "redis: expected the packages bullmq and ioredis, got none. Install them beside radar-ad: npm install bullmq ioredis.",
      { cause: error },
    );
  }
}
