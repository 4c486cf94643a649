/** Methods on a network that the user brings, from the command line. */
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parseBenchmark } from "../../src/benchmark/index.ts";
import { buildRadar, radar, startRadar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyBackbone } from "../support/tiny-backbone.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const backbone = folder.write("network.onnx", tinyBackbone());
const small = ["--preset", "fast", "--image-size", "32", "--threads", "1"];

beforeAll(async () => {
  await writeTinySet(set);
});

function train(method: string, ...options: string[]): string[] {
  return ["train", set, "-o", folder.at(`${method}.onnx`), "--method", method, ...small, ...options];
}

test.each(["padim", "patchcore"])(
  "radar train --method %s puts the network into the model file",
  async (method) => {
    const run = await radar(...train(method, "--backbone", backbone));
    expect(run.code, run.stderr).toBe(0);
    const model = folder.at(`${method}.onnx`);
    const inspected = await radar("inspect", model, "--json");
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      method,
      networkCalls: 1,
      options: { backbone: expect.stringMatching(/^[0-9a-f]{64}$/), layers: expect.any(Array) },
    });
    const verified = await radar("verify", model);
    expect(verified.code, verified.stderr).toBe(0);
    const detected = await radar("detect", model, `${set}/test`, "--json");
    expect([0, 3]).toContain(detected.code);
    expect(JSON.parse(detected.stdout).results).toHaveLength(9);
  },
);

describe("is refused before any work", () => {
  const broken = folder.write("broken.onnx", tinyBackbone().slice(0, 99));
  const cases: [argv: string[], code: number, text: string | RegExp][] = [
    [
      train("padim"),
      2,
      "backbone: expected an ONNX file, since padim reads features of a network that you bring, got none. Give --backbone.",
    ],
    [train("padim", "--backbone", folder.at("none.onnx")), 1, /none\.onnx: cannot read it.*\[E_FILE\]/],
    [
      train("padim", "--backbone", broken),
      1,
      /broken\.onnx: network: expected an ONNX file, got 99 bytes .*\[E_ONNX\]/,
    ],
    [
      train("gaussian", "--backbone", backbone),
      2,
      "backbone: expected none with the method gaussian, got one. It is for padim, patchcore; leave it out.",
    ],
    [train("vae", "--layers", "a"), 2, "layers: expected none with the method vae"],
    [
      train("padim", "--backbone", backbone, "--layers", "nowhere"),
      2,
      "layers: expected names of tensors that the backbone computes",
    ],
    [
      train("padim", "--backbone", backbone, "--steps", "5"),
      2,
      "steps: expected none, since padim is not trained step by step",
    ],
    [["benchmark", set, "--methods", "patchcore"], 2, "backbone: expected an ONNX file, since patchcore"],
    [["benchmark", set, "--methods", `patchcore:backbone=${broken}`], 1, /\[E_ONNX\]/],
  ];
  test.each(cases)("radar %j", async (argv, code, text) => {
    const run = await radar(...argv);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toMatch(text);
  });
});

test("a benchmark knows the network by its bytes, not by its path", { timeout: 480_000 }, async () => {
  buildRadar();
  const methods = ["--methods", `padim:backbone=${backbone},patchcore:backbone=${backbone}`];
  const options = [...methods, ...small, "--cache", folder.at("cache"), "--json"];
  const first = await startRadar("benchmark", set, ...options).ended;
  expect(first.code, first.stderr).toBe(0);
  const { rows } = parseBenchmark(first.stdout, "stdout");
  expect(rows.map(({ figures }) => figures.networkCalls?.mean)).toEqual([1, 1]);
  const again = await startRadar("benchmark", set, ...options).ended;
  expect(again.stderr.match(/from the cache/g)).toHaveLength(2);
  writeFileSync(backbone, tinyBackbone(2));
  const other = await startRadar("benchmark", set, ...options).ended;
  expect(other.stderr).not.toContain("from the cache");
});
