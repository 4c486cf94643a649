/** `radar` as tests run it: in this process for speed, or as the built program where signals and pipes matter. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { runProgram } from "../../src/cli/program.ts";
import { repository } from "./repository.ts";

/** What a run left behind. */
export interface RadarRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process; its clock stands still, so that no progress depends on the machine. */
export async function radar(...argv: string[]): Promise<RadarRun> {
  const texts = { stdout: "", stderr: "" };
  const code = await runProgram(argv, {
    out: (text) => {
      texts.stdout += text;
    },
    err: (text) => {
      texts.stderr += text;
    },
    columns: null,
    now: () => 0,
  });
  return { code, ...texts };
}

/** Builds dist/ where it is not up to date; for a `beforeAll`. */
export function buildRadar(): void {
  execFileSync(process.execPath, [join(repository, "scripts", "bootstrap.mjs"), "build"], { stdio: "pipe" });
}

/** The built program, running. */
export function startRadar(...argv: string[]): {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<RadarRun>;
  /** Resolves when stderr matches. */
  said(pattern: RegExp): Promise<void>;
} {
  const child = spawn(process.execPath, [join(repository, "dist", "cli", "main.js"), ...argv]);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString("utf8");
    });
  }
  const ended = once(child, "close").then(([code]) => ({
    code: typeof code === "number" ? code : -1,
    ...texts,
  }));
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(texts.stderr)) {
      if (child.exitCode !== null) throw new Error(`expected ${pattern} on stderr, got:\n${texts.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, ended, said };
}
