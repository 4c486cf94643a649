#!/usr/bin/env node
/** The program `radar`. */
import { runProgram } from "./program.ts";

const brokenPipe = 141; // 128 + SIGPIPE: whoever read stdout has gone, as `radar ... | head` does

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(brokenPipe);
    throw error;
  });
}

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  columns: process.stderr.isTTY ? (process.stderr.columns ?? 80) : null,
  now: () => performance.now() / 1000,
});
