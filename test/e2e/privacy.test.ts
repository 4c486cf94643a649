import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildRadar, radar } from "../support/radar.ts";
import { repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyTraining, writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const model = folder.at("parts.onnx");
const program = join(repository, "dist", "cli", "main.js");
const library = JSON.stringify(join(repository, "dist", "index.js"));
const hasStrace = spawnSync("strace", ["--version"]).status === 0;

/** Scores a picture and waits long enough for a report to be written or sent. */
const score = `
  const { loadDetector, readImage } = await import(${library});
  const detector = await loadDetector(${JSON.stringify(model)});
  await detector.detect([await readImage(${JSON.stringify(join(set, "train", "good", "000.png"))})]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await detector.dispose();`;
const inWorker = `
  import { Worker } from "node:worker_threads";
  new Worker(${JSON.stringify(score)}, { eval: true }).on("error", () => process.exit(1));`;

const ways: Record<string, string[]> = {
  "radar train": [program, "train", set, "-o", "new.onnx", ...tinyTraining(2)],
  "radar detect": [program, "detect", model, join(set, "train", "good"), "--output", "overlays"],
  "radar evaluate": [program, "evaluate", model, set, "--report", "report.html"],
  "radar benchmark": [program, "benchmark", set, "--methods", "gaussian", "--cache", "cache"],
  "the library": ["--input-type=module", "-e", score],
  "the library in a worker thread": ["--input-type=module", "-e", inWorker],
};
const outputs: Record<string, string[]> = {
  "radar train": ["new.onnx"],
  "radar detect": ["overlays"],
  "radar evaluate": ["report.html"],
  "radar benchmark": ["cache"],
};

beforeAll(async () => {
  buildRadar();
  await writeTinySet(set);
  const trained = await radar("train", set, "-o", model, "--method", "gaussian");
  expect(trained.code, trained.stderr).toBe(0);
}, 240_000);

const skipReason = hasStrace ? "" : " (connections not watched: no strace)";

describe(`nothing leaves the machine${skipReason}`, () => {
  test.each(Object.keys(ways))("by %s, and nothing is written but what was asked for", async (way) => {
    const places = ["home", "temporary", "working"].map((name) => folder.at("places", way, name));
    for (const place of places) mkdirSync(place, { recursive: true });
    const [home = "", temporary = "", working = ""] = places;
    const calls = folder.at("places", way, "calls.txt");
    const node = [process.execPath, ...(ways[way] ?? [])];
    const watched = hasStrace
      ? ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o", calls, ...node]
      : node;
    // No more of the environment than this: CI variables alone would keep ONNX Runtime silent.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
    const [command = "", ...args] = watched;
    const { status, stderr } = spawnSync(command, args, { cwd: working, env, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(working)).toEqual(outputs[way] ?? []);
    if (hasStrace) expect(readFileSync(calls, "utf8")).not.toMatch(/AF_INET/);
  });
});

test("what the user says about ORT_DISABLE_TELEMETRY stays, and child processes hear of the rest", () => {
  const code = `await import(${library}); process.stdout.write(process.env.ORT_DISABLE_TELEMETRY);`;
  const said = (choice: Record<string, string>): string => {
    const env = { PATH: process.env.PATH, ...choice };
    return spawnSync(process.execPath, ["--input-type=module", "-e", code], { env, encoding: "utf8" }).stdout;
  };
  expect(said({ ORT_DISABLE_TELEMETRY: "0" })).toBe("0");
  expect(said({})).toBe("1");
});

test("a worker thread that cannot have it switched off does not start ONNX Runtime", {
  timeout: 120_000,
}, () => {
  const text = `
    import { writeSync } from "node:fs";
    const { loadDetector } = await import(${library});
    await loadDetector(${JSON.stringify(model)}).catch(({ code, message }) => writeSync(1, code + " " + message));
    process.exit();`;
  const code = `
    import { spawnSync } from "node:child_process";
    import { Worker } from "node:worker_threads";
    new Worker(${JSON.stringify(text)}, { eval: true });
    spawnSync(process.execPath, ["-e", "setTimeout(() => {}, 20_000)"]);`;
  const home = folder.at("home");
  mkdirSync(home);
  const env = { PATH: process.env.PATH, HOME: home };
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    env,
    encoding: "utf8",
  });
  expect(stdout).toMatch(
    /^E_BACKEND .*parts.onnx: expected the main thread to set ORT_DISABLE_TELEMETRY .* ORT_DISABLE_TELEMETRY=1\.$/,
  );
  expect(readdirSync(home)).toEqual([]);
});
