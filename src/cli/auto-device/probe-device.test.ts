import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { probeDevice } from "./probe-device.ts";

const folder = temporaryFolder();

/** What becomes of a probe whose process runs `code`. */
const probing = (name: string, code: string, limitSeconds = 60) =>
  probeDevice({ program: folder.write(`${name}.mjs`, code), limitSeconds });

test("what the process found is the outcome; anything else that it says is not", async () => {
  const code =
    'process.send("hello"); process.send({ difference: 0, cpu: 2, webgpu: 1 }); setInterval(() => {}, 1000);';
  expect(await probing("found", code)).toEqual({ difference: 0, cpu: 2, webgpu: 1 });
});

test("a process that a driver takes down, or that throws, is an outcome", async () => {
  expect(await probing("crash", 'process.kill(process.pid, "SIGSEGV");')).toEqual({
    failure: "the process that tried it ended by SIGSEGV",
  });
  expect(await probing("throw", 'throw new Error("no adapter");')).toEqual({
    failure: "the process that tried it ended by exit code 1",
  });
});

test("a process that never answers is ended", async () => {
  expect(await probing("hang", "for (;;);", 0.1)).toEqual({ failure: "a few steps took more than 0.1 s" });
});
