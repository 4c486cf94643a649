/** Every output of every command is tried before the work. */
import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const model = folder.at("parts.onnx");
const file = folder.write("file.txt", "text");
const gaussian = ["--method", "gaussian", "--threads", "1"];

beforeAll(async () => {
  await writeTinySet(set);
  const trained = await radar("train", set, "-o", model, ...gaussian);
  expect(trained.code, trained.stderr).toBe(0);
}, 240_000);

const commands: [name: string, argv: (place: string) => string[]][] = [
  ["train -o", (place) => ["train", set, "-o", `${place}/m.onnx`, ...gaussian]],
  ["detect -o", (place) => ["detect", model, set, "-o", `${place}/maps`]],
  ["evaluate --report", (place) => ["evaluate", model, set, "--report", `${place}/r.html`]],
  [
    "benchmark --report",
    (place) => ["benchmark", set, "--cache", folder.at("c"), "--report", `${place}/r.html`],
  ],
  [
    "benchmark --output",
    (place) => ["benchmark", set, "--cache", folder.at("c"), "--output", `${place}/r.json`],
  ],
  ["benchmark --cache", (place) => ["benchmark", set, "--cache", `${place}/cache`]],
  ["demo -o", (place) => ["demo", set, "-o", `${place}/demo`, ...gaussian]],
];
const places = [file, ...(existsSync("/proc/self") ? ["/proc"] : [])];

describe.each(places)("an output in %s, which takes none, is refused before the work", (place) => {
  test.each(commands)("by %s, with the path and the reason", async (_, argv) => {
    const { code, stdout, stderr } = await radar(...argv(place));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`${place}`);
    expect(stderr).toMatch(/cannot (write it|create this folder|create it|look at it): .+\. \[E_FILE\]/);
    expect(stderr).not.toMatch(/training on|scoring|images {2}|cells/);
  });
});

test("an overlay where a folder is in the way is refused before the first picture", async () => {
  folder.write("maps/000.png/x.txt", "");
  const { code, stdout, stderr } = await radar("detect", model, `${set}/train/good`, "-o", folder.at("maps"));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/000\.png: expected a path for an overlay, got a folder\. .*\[E_FILE\]/);
});
