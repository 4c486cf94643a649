/** The built `radar serve` as a process, for what is measured from outside. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** A server that is ready. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** Kills it. */
  end(): void;
}

/** Starts one on any free port. */
export async function serveUntilReady(args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, ["dist/cli/main.js", "serve", "--port", "0", ...args]);
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.once("exit", () => reject(new Error(text)));
    child.stderr.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString("utf8")).slice(-10_000);
      const found = /answers at (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  while ((await fetch(`${url}/v2/health/ready`)).status !== 200) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return { url, pid: child.pid ?? 0, end: () => child.kill("SIGKILL") };
}

/** Resident memory in MB. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return Math.round(Number(kilobytes) / 1024);
}
