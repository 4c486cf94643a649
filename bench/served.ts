/** The built `radar serve` as a process, for what is measured from outside. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A server that is ready. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** Kills it. */
  end(): void;
}

/** Starts one on any free port. @param onLog - Called with each line of its log. */
export async function serveUntilReady(
  args: readonly string[],
  onLog: (line: string) => void = () => {},
): Promise<Served> {
  const child = spawn(process.execPath, ["dist/cli/main.js", "serve", "--port", "0", ...args]);
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.once("exit", () => reject(new Error(text)));
    createInterface(child.stderr).on("line", (line) => {
      text = `${text}${line}\n`.slice(-10_000);
      const found = /answers at (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
      onLog(line);
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

/** Processor time, in milliseconds, that the main thread has taken so far. */
export function mainThreadMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12])); // user and system, in hundredths of a second
}
