/** A Redis of its own for a test file, where Debian's is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** What a skipped test's name ends with; empty where there is a Redis. */
export const redisMissing: string = hasRedis ? "" : " (skipped: needs redis-server)";

/** A Redis that runs. */
export interface RedisProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Kills it. */
  stop(): Promise<void>;
}

/** Starts a Redis in memory, with a password, on any free port or on that given. */
export async function startRedis(port?: number): Promise<RedisProcess> {
  const own = port ?? (await freePort());
  const password = "of-this-test-alone";
  const options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", password];
  const child = spawn("redis-server", ["--port", String(own), ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("Ready to accept connections")) resolve();
    });
    child.once("exit", () => reject(new Error(`Redis ended:\n${text}`)));
  });
  return {
    url: `redis://:${password}@127.0.0.1:${own}`,
    child,
    stop: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
