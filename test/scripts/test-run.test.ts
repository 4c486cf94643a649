import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.ts";

interface Summary {
  counts: { passed: number; failed: number; skipped: number };
  skipped: string[];
}

const script = join(repository, "scripts", "test-run.mjs");
const { summarize }: { summarize: (result: unknown, vitestCode: number) => Summary } = await import(script);

function file(status: string, tests: string[]): unknown {
  const assertionResults = tests.map((test) => ({ status: test, title: test, ancestorTitles: ["group"] }));
  return { name: join(repository, "test", "a.test.ts"), status, assertionResults };
}

test("passed, failed and skipped tests are counted, the skipped ones named with file and group", () => {
  const testResults = [file("passed", ["passed", "passed", "skipped"]), file("failed", ["failed", "todo"])];
  expect(summarize({ testResults }, 1)).toEqual({
    counts: { passed: 2, failed: 1, skipped: 2 },
    skipped: [join("test", "a.test.ts > group > skipped"), join("test", "a.test.ts > group > todo")],
  });
});

test("a file that could not be loaded is one failure, beside the failures of other files", () => {
  const testResults = [file("failed", []), file("failed", ["failed"])];
  expect(summarize({ testResults }, 1).counts).toEqual({ passed: 0, failed: 2, skipped: 0 });
});

test("a failing vitest is a failure even when no test failed or no result was written", () => {
  expect(summarize({ testResults: [file("passed", ["passed"])] }, 1).counts.failed).toBe(1);
  expect(summarize(undefined, 139).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
