/** Everything that must hold before a change is merged, stage by stage; all stages run, the first failure stops none. */
import { buildIfStale, runNode, toolPath } from "./setup.mjs";
import { runTests } from "./test-run.mjs";

const tool =
  (name, ...args) =>
  () =>
    runNode([toolPath(name), ...args]);

const stages = [
  ["format and lint", tool("@biomejs/biome", "ci", "--error-on-warnings")],
  ["types", () => runNode([toolPath("typescript", "tsc"), "--noEmit", "-p", "tsconfig.json"])],
  [
    "types of the page",
    () => runNode([toolPath("typescript", "tsc"), "--noEmit", "-p", "tsconfig.web.json"]),
  ],
  ["unused code and dependencies", tool("knip")],
  ["build", build],
  ["package", tool("publint", "--strict")],
  ["documentation of exports", tool("typedoc", "--emit", "none")],
];

/**
 * Runs the stages, and the tests unless `args` has `--without-tests`; the other arguments go to vitest.
 *
 * @returns 0, or 1 when a stage failed.
 */
export async function runChecks(args) {
  const testArgs = args.filter((arg) => arg !== "--without-tests");
  const withTests = testArgs.length === args.length;
  const all = withTests ? [...stages, ["tests", async () => (await runTests(testArgs)).code]] : stages;
  const rows = [];
  for (const [title, stage] of all) {
    console.log(`\n== ${title}`);
    const start = performance.now();
    const code = await stage();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    rows.push(`${code === 0 ? "ok    " : "FAILED"}  ${title} (${seconds} s)`);
  }
  console.log(`\n${rows.join("\n")}`);
  return rows.some((row) => row.startsWith("FAILED")) ? 1 : 0;
}

async function build() {
  try {
    await buildIfStale();
    return 0;
  } catch (error) {
    if (error.stage === undefined) throw error;
    console.error(error.message);
    return error.code;
  }
}
