import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { ProbeOutcome } from "./choose-device.ts";
import { deviceMemory, isOutcome } from "./device-memory.ts";

const folder = temporaryFolder();
const facts = { version: "0.1.0", graphics: ["renderD128"] };
const outcome: ProbeOutcome = { difference: 1e-6, cpu: 0.5, webgpu: 0.1 };

test("what was remembered is recalled by the same facts, and by no others", async () => {
  const cache = folder.at("cache");
  const memory = deviceMemory(cache, facts);
  expect(await memory.recall()).toBeUndefined();
  expect(await memory.remember(outcome)).toMatch(/^remembered in .*device-[0-9a-f]{16}\.json$/);
  expect(await deviceMemory(cache, { ...facts }).recall()).toEqual(outcome);
  expect(await deviceMemory(cache, { ...facts, version: "0.2.0" }).recall()).toBeUndefined();
  expect(memory.recalled).toContain(cache);
});

test("a damaged file is as none, and is replaced", async () => {
  const cache = folder.at("damaged");
  const memory = deviceMemory(cache, facts);
  await memory.remember(outcome);
  const [name = ""] = readdirSync(cache);
  for (const text of ["", '{"outcome":', "null", '{"outcome":{"cpu":1}}', '{"outcome":{"failure":3}}']) {
    folder.write(`damaged/${name}`, text);
    expect(await memory.recall(), text).toBeUndefined();
  }
  await memory.remember({ failure: "it crashed" });
  expect(await memory.recall()).toEqual({ failure: "it crashed" });
  expect(readdirSync(cache)).toEqual([name]);
});

test("where nothing can be kept, that is said and nothing fails", async () => {
  folder.write("file", "no folder");
  const memory = deviceMemory(folder.at("file/cache"), facts);
  expect(await memory.remember(outcome)).toMatch(/^not remembered: /);
  expect(existsSync(folder.at("file/cache"))).toBe(false);
  expect(await memory.recall()).toBeUndefined();
});

test("figures that no step can have are no outcome", () => {
  const right = { difference: 0, cpu: 1, webgpu: 1 };
  expect(isOutcome(right)).toBe(true);
  const others = [
    {},
    3,
    null,
    { ...right, webgpu: 0 },
    { ...right, cpu: -1 },
    { ...right, difference: null },
  ];
  for (const other of others) expect(isOutcome(other)).toBe(false);
});
