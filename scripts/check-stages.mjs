/** Everything that must hold before a change is merged, stage by stage; all stages run, the first failure stops none. */
import { buildIfStale, runNode, toolPath } from "./setup.mjs";
import { runTests } from "./test-run.mjs";

const tool =
  (name, ...args) =>
  (output) =>
    runNode([toolPath(name), ...args], { output });

const types = (settings) => (output) =>
  runNode([toolPath("typescript", "tsc"), "--noEmit", "-p", settings], { output });

/** Stages one after the other, in two rows that run at the same time: each has one core's work. */
const rowsOfStages = [
  [
    ["types", types("tsconfig.json")],
    ["documentation of exports", tool("typedoc", "--emit", "none")],
  ],
  [
    ["format and lint", tool("@biomejs/biome", "ci", "--error-on-warnings")],
    ["types of the page", types("tsconfig.web.json")],
    ["unused code and dependencies", tool("knip")],
    ["build", build],
    ["package", tool("publint", "--strict")],
  ],
];

/**
 * Runs the stages, and the tests unless `args` has `--without-tests`; the other arguments go to vitest.
 *
 * @returns 0, or 1 when a stage failed.
 */
export async function runChecks(args) {
  const testArgs = args.filter((arg) => arg !== "--without-tests");
  const withTests = testArgs.length === args.length;
  const outcomes = (await Promise.all(rowsOfStages.map(runRow))).flat();
  if (withTests) {
    console.log("\n== tests");
    outcomes.push(...(await runRow([["tests", async () => (await runTests(testArgs)).code]])));
  }
  console.log(`\n${outcomes.join("\n")}`);
  return outcomes.some((outcome) => outcome.startsWith("FAILED")) ? 1 : 0;
}

/** Runs stages in turn; what each says is printed when it has ended, that of another row not in between. */
async function runRow(stages) {
  const outcomes = [];
  for (const [title, stage] of stages) {
    const said = [];
    const start = performance.now();
    const code = await stage((text) => said.push(text));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (said.length > 0) console.log(`\n== ${title}\n${said.join("").trimEnd()}`);
    outcomes.push(`${code === 0 ? "ok    " : "FAILED"}  ${title} (${seconds} s)`);
  }
  return outcomes;
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
