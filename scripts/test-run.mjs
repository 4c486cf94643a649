/** Runs the tests and ends with the line `N passed, N failed, N skipped`, counted from vitest's JSON result. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root, runNode, toolPath } from "./setup.mjs";

/**
 * Runs vitest once with `args` added and prints the counts last.
 *
 * @returns the counts and the exit code: not 0 when anything failed, or when no test ran.
 */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "radar-tests-"));
  try {
    const result = join(folder, "result.json");
    const shown = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"];
    const json = ["--reporter=json", `--outputFile.json=${result}`];
    const vitest = toolPath("vitest");
    const vitestCode = await runNode([vitest, "run", ...shown, ...json, ...args]);
    const { counts, skipped } = summarize(readResult(result), vitestCode);
    const isNarrowed = args.some((arg) => arg === "-t" || arg.startsWith("--testNamePattern"));
    if (skipped.length > 0) console.log(skipText(skipped, isNarrowed));
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    return { counts, code: vitestCode || (counts.failed > 0 || counts.passed === 0 ? 1 : 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Counts of a vitest JSON result. A file that could not be loaded, a hook that failed and an error outside every
 * test count as one failure each: whatever makes vitest fail shows in the line.
 *
 * @param result - The parsed result, or undefined when vitest wrote none.
 * @param vitestCode - Vitest's exit code.
 * @public tested in test/scripts, which loads it by path
 */
export function summarize(result, vitestCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const skipped = [];
  for (const file of result?.testResults ?? []) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") counts.failed += 1;
      else {
        counts.skipped += 1;
        skipped.push(`${relative(root, file.name)} > ${[...test.ancestorTitles, test.title].join(" > ")}`);
      }
    }
    if (file.status === "failed" && counts.failed === failedBefore) counts.failed += 1;
  }
  if (vitestCode !== 0 && counts.failed === 0) counts.failed = 1;
  return { counts, skipped };
}

function readResult(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function skipText(skipped, isNarrowed) {
  if (isNarrowed) return `${skipped.length} tests left out by the name pattern or skipped.`;
  return `SKIPPED, not proven on this machine:\n${skipped.map((name) => `  - ${name}`).join("\n")}`;
}
