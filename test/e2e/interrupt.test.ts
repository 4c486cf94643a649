/** A training that is stopped loses nothing: Ctrl-C, SIGTERM, kill -9. */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { decodeCheckpoint } from "../../src/train/index.ts";
import { buildRadar, radar, startRadar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const small = ["--preset", "fast", "--image-size", "16", "--batch-size", "2", "--threads", "1"];

beforeAll(async () => {
  buildRadar();
  await writeTinySet(set);
}, 240_000);

function argv(output: string, steps: number): string[] {
  return ["train", set, "-o", folder.at(output), ...small, "--steps", String(steps)];
}

test("Ctrl-C saves a checkpoint and says how to go on; the resumed training ends with the bytes of one never stopped", async () => {
  const { child, ended, said } = startRadar(...argv("stopped.onnx", 12));
  await said(/steps {2}loss/);
  child.kill("SIGINT");
  const stopped = await ended;
  expect(stopped).toMatchObject({ code: 130, stdout: "" });
  expect(stopped.stderr).toContain("Stopping after this step; once more stops at once.");
  expect(stopped.stderr).toMatch(/training: stopped after step \d+ of 12\. A checkpoint is saved/);
  expect(stopped.stderr).toContain(`radar train ${set} -o ${folder.at("stopped.onnx")}`);
  expect(stopped.stderr).toMatch(/ --resume\n$/);
  expect(existsSync(folder.at("stopped.onnx"))).toBe(false);

  const resumed = await radar(...argv("stopped.onnx", 12), "--resume");
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).not.toContain(" 1/12 steps");
  const straight = await radar(...argv("straight.onnx", 12));
  expect(straight.code, straight.stderr).toBe(0);
  const [one, other] = ["stopped.onnx", "straight.onnx"].map((name) => readFileSync(folder.at(name)));
  expect(one?.equals(other ?? Buffer.of())).toBe(true);
  expect(existsSync(folder.at("stopped.onnx.checkpoint"))).toBe(false);
});

test("SIGTERM ends as cleanly; a checkpoint of other options is refused", async () => {
  const { child, ended, said } = startRadar(...argv("term.onnx", 100_000));
  await said(/steps {2}loss/);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(143);
  const other = await radar(...argv("term.onnx", 100_001), "--resume");
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("[E_CHECKPOINT]") });
});

test("kill -9 while a checkpoint is being written leaves one that can be read", async () => {
  cpSync(folder.at("term.onnx.checkpoint"), folder.at("killed.onnx.checkpoint"));
  const { child, ended, said } = startRadar(...argv("killed.onnx", 100_000), "--resume");
  await said(/steps {2}loss/);
  child.kill("SIGTERM");
  const isWriting = (): boolean => readdirSync(folder.path).some((name) => /^\.killed.*\.tmp$/.test(name));
  while (!isWriting() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGKILL");
  await ended;
  const { metadata } = decodeCheckpoint(new Uint8Array(readFileSync(folder.at("killed.onnx.checkpoint"))));
  expect(JSON.parse(metadata.position ?? "")).toMatchObject({ totalSteps: 100_000 });
});

test("a training without a checkpoint starts from the beginning when it is resumed, and says so", async () => {
  const { code, stderr } = await radar(...argv("never.onnx", 2), "--resume");
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(
    `no checkpoint at ${folder.at("never.onnx.checkpoint")}: starting from the beginning\n`,
  );
});

test("a checkpoint that is cut off is E_CHECKPOINT and names the file", async () => {
  folder.write("cut.onnx.checkpoint", readFileSync(folder.at("term.onnx.checkpoint")).subarray(0, 5000));
  const cut = await radar(...argv("cut.onnx", 5), "--resume");
  expect(cut).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cut\.onnx\.checkpoint: .*\[E_CHECKPOINT\]/),
  });
});
