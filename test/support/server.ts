/** `radar serve` as a process of its own, and a small model for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { train } from "../../src/node/index.ts";
import { repository } from "./repository.ts";
import { writeTinySet } from "./tiny-set.ts";

/** A server that runs. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written to stderr. */
  log(): string;
  /** A request to a path of it. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON that a path answers. */
  json(path: string, init?: RequestInit): Promise<ReturnType<typeof JSON.parse>>;
  /** Ends it by a signal (default SIGTERM); gives the exit code, null if the signal killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built program on any free port; resolves when it says where it answers and, unless told otherwise, is ready. */
export async function startServer(
  args: readonly string[],
  options: { readonly ready?: boolean } = {},
): Promise<ServerProcess> {
  const program = join(repository, "dist", "cli", "main.js");
  const child = spawn(process.execPath, [program, "serve", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = /answers at (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`the server ended before it answered:\n${text}`)));
  });
  const fetchPath = (path: string, init?: RequestInit): Promise<Response> => fetch(url + path, init);
  const server: ServerProcess = {
    url,
    child,
    log: () => text,
    fetch: fetchPath,
    json: async (path, init) => (await fetchPath(path, init)).json(),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await once(child, "exit");
      return child.exitCode;
    },
  };
  if (options.ready !== false) await until(async () => (await fetchPath("/v2/health/ready")).status === 200);
  return server;
}

/** Resolves when `isSo` is; the test's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 25));
}

/** A set of pictures at `<folder>/parts`, and a model of it at `<folder>/models/<name>.onnx`, which takes a second to learn. */
export async function writeTinyModel(
  folder: string,
  name = "parts",
  seed = 0,
): Promise<{ readonly set: string; readonly models: string }> {
  const [set, models] = [join(folder, "parts"), join(folder, "models")];
  await writeTinySet(set);
  mkdirSync(models, { recursive: true });
  await train(set, { method: "gaussian", imageSize: 32, seed, name, output: join(models, `${name}.onnx`) });
  return { set, models };
}
