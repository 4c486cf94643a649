/** `radar benchmark`: stopped, killed, gone on, and what it says to bad input. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { figureNames } from "../../src/benchmark/figures.ts";
import { parseBenchmark } from "../../src/benchmark/index.ts";
import { writeRenderedFolder } from "../../src/node/rendered-folder.ts";
import { buildRadar, radar, startRadar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const sets = [folder.at("one"), folder.at("two")];
const small = [
  "--preset",
  "fast",
  "--image-size",
  "16",
  "--batch-size",
  "2",
  "--steps",
  "2",
  "--threads",
  "1",
];
const methods = ["--methods", "vae,radar:scoring=paper"];
const common = [...methods, ...small, "--cache", folder.at("cache")];

beforeAll(async () => {
  buildRadar();
  for (const [i, set] of sets.entries()) {
    const size = { width: 32, height: 32 };
    await writeRenderedFolder(set, { seed: i, ...size, trainGood: 8, testGood: 2, testDefective: 3 });
  }
}, 240_000);

test("killed after its first cell and stopped by Ctrl-C later, it goes on and runs nothing twice", {
  timeout: 480_000,
}, async () => {
  const killed = startRadar("benchmark", ...sets, ...common);
  await killed.said(/1\/4 cells.*done/);
  killed.child.kill("SIGKILL");
  await killed.ended;

  const stopped = startRadar("benchmark", ...sets, ...common);
  await stopped.said(/2\/4 cells.*done/);
  stopped.child.kill("SIGINT");
  const end = await stopped.ended;
  expect(end).toMatchObject({ code: 130, stdout: "" });
  expect(end.stderr).toContain("one, vae, seed 0: from the cache");
  expect(end.stderr).toContain("Stopping; once more stops at once.");
  expect(end.stderr).toMatch(
    /benchmark: stopped with [23] of 4 cells done\. The same command goes on from there\./,
  );
  expect(end.stderr).toContain("To go on where it stopped:\n  radar benchmark ");

  const [file, report] = [folder.at("results.json"), folder.at("report.html")];
  const run = await startRadar("benchmark", ...sets, ...common, "--json", "-o", file, "-r", report).ended;
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr.match(/from the cache/g)?.length).toBeGreaterThanOrEqual(2);
  expect(readFileSync(file, "utf8")).toBe(run.stdout);
  const document = parseBenchmark(run.stdout, "stdout");
  expect(document).toMatchObject({ seeds: [0], parallel: 1, failed: [], threads: 1 });
  expect(document.rows.map(({ set, method, options }) => [set, method, options.scoring])).toEqual([
    ["one", "vae", undefined],
    ["one", "radar:scoring=paper", "paper"],
    ["two", "vae", undefined],
    ["two", "radar:scoring=paper", "paper"],
  ]);
  for (const { figures } of document.rows) {
    expect(Object.keys(figures)).toEqual([...figureNames]);
    expect(Object.values(figures).every(({ mean, spread }) => mean !== null && spread === null)).toBe(true);
    expect(figures.scoringMemoryMb?.mean).toBeGreaterThan(20);
    expect(figures.networkCalls?.mean).toBe(1);
  }
  expect(readFileSync(report, "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(readdirSync(folder.at("cache", "models")).filter((name) => name.endsWith(".onnx"))).toHaveLength(4);
});

test("a failed cell is told, the others run, and it ends with 1; a damaged file of the cache is made anew", {
  timeout: 480_000,
}, async () => {
  const [first = ""] = readdirSync(folder.at("cache", "cells"));
  folder.write(`cache/cells/${first}`, "{");
  const bad = ["--methods", "vae,radar:scoring=paper,radar:false-alarm-rate=0.01"];
  const run = await startRadar(
    "benchmark",
    ...sets,
    ...bad,
    ...small,
    "--cache",
    folder.at("cache"),
    "--json",
  ).ended;
  expect(run.code).toBe(1);
  const { rows, failed } = parseBenchmark(run.stdout, "stdout");
  expect(rows).toHaveLength(4);
  expect(failed).toEqual([
    expect.objectContaining({
      set: "one",
      method: "radar:false-alarm-rate=0.01",
      code: "E_FALSE_ALARM_RATE",
    }),
    expect.objectContaining({ set: "two" }),
  ]);
  expect(run.stderr).toContain("one, radar:false-alarm-rate=0.01, seed 0 FAILED: ");
  expect(run.stderr).toContain("2 cells failed:");
});

test.each<[argv: string[], code: number, text: string | RegExp]>([
  [[], 2, "missing argument <sets>"],
  [["x", "--methods", "rader"], 2, '--methods: expected one of "radar"'],
  [["x", "--methods", "radar,radar"], 2, '--methods: expected different methods, got "radar" twice.'],
  [["x", "--seeds", "0"], 2, '--seeds: expected an integer >= 1, got "0".'],
  [["nowhere"], 1, /nowhere: expected a folder of images, got nothing there.*\[E_DATA\]/],
  [[folder.at("plain")], 1, /plain.test: expected images to measure with, in test.*\[E_DATA\]/],
  [[folder.at("one"), folder.at("copy", "one")], 2, /--sets: expected folders of different names, got /],
  [
    [folder.at("one"), "--report", folder.at("no", "r.html")],
    1,
    /r\.html: cannot write it: the folder .* \[E_FILE\]/,
  ],
])("radar benchmark %j is refused before any work", async (argv, code, text) => {
  for (const [i, name] of ["plain", "copy/one"].entries()) {
    const size = { width: 32, height: 32 };
    await writeRenderedFolder(folder.at(name), {
      seed: i,
      ...size,
      trainGood: 3,
      testGood: 1,
      testDefective: 1,
    });
  }
  rmSync(folder.at("plain", "test"), { recursive: true });
  rmSync(folder.at("plain", "ground_truth"), { recursive: true });
  const run = await radar("benchmark", ...argv);
  expect(run).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(text) });
  expect(existsSync("benchmark-cache")).toBe(false);
});
