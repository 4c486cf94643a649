#!/usr/bin/env node
/**
 * One entry for every job of this repository, on a machine that has only Node and npm:
 * `node scripts/bootstrap.mjs <demo | test | check | bench | ablate | tune | pretrain | table | api | build> [arguments of the job]`.
 *
 * It installs the locked dependencies and builds when needed, then runs the job and passes its exit code on.
 * Set-up speaks on stderr only, so that a job's stdout stays a job's stdout. No dependencies, plain JavaScript.
 */
import { join } from "node:path";
import { runChecks } from "./check-stages.mjs";
import { buildIfStale, checkNode, installIfStale, root, runNode, toolPath } from "./setup.mjs";
import { runTests } from "./test-run.mjs";

const main = join(root, "dist", "cli", "main.js");

const jobs = {
  build: { run: async () => 0 },
  demo: { run: (args) => runNode([main, "demo", ...args]) },
  test: { run: async (args) => (await runTests(args)).code },
  bench: { run: (args) => runNode([toolPath("tsx"), join(root, "bench", "main.ts"), ...args]) },
  ablate: { run: (args) => runNode([toolPath("tsx"), join(root, "bench", "ablate.ts"), ...args]) },
  pretrain: { run: (args) => runNode([toolPath("tsx"), join(root, "bench", "pretrain.ts"), ...args]) },
  tune: { run: (args) => runNode([toolPath("tsx"), join(root, "bench", "tune.ts"), ...args]) },
  table: { run: (args) => runNode([toolPath("tsx"), join(root, "bench", "table.ts"), ...args]) },
  api: {
    run: (args) => runNode([toolPath("typedoc"), "--emit", "docs", "--out", "api", ...args]),
    builds: false,
  },
  check: { run: runChecks, builds: false },
};

const [name, ...args] = process.argv.slice(2);
const job = jobs[name];
checkNode();
if (job === undefined) {
  console.error(`bootstrap: expected one of ${Object.keys(jobs).join(", ")}, got ${name ?? "nothing"}.`);
  process.exit(2);
}
try {
  await installIfStale();
  if (job.builds !== false) await buildIfStale();
  process.exitCode = await job.run(args);
} catch (error) {
  if (error.stage === undefined) throw error;
  console.error(`\n${error.message}`);
  if (name === "test") console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = error.code;
}
