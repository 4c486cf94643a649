import { expect, test } from "vitest";
import { benchmarkSet } from "../../test/support/benchmark.ts";
import { cellName, planCells } from "./plan.ts";

const sets = [benchmarkSet("bottle"), benchmarkSet("pill")];
const methods = [
  { label: "radar", options: { method: "radar", steps: 2 } },
  { label: "pca", options: { method: "pca" } },
];

test("cells come seed by seed, each set with all methods", async () => {
  const cells = await planCells({ sets, methods, seeds: [0, 1], environment: {} });
  expect(cells.slice(0, 5).map(cellName)).toEqual([
    "bottle, radar, seed 0",
    "bottle, pca, seed 0",
    "pill, radar, seed 0",
    "pill, pca, seed 0",
    "bottle, radar, seed 1",
  ]);
  expect(new Set(cells.map(({ key }) => key)).size).toBe(8);
});

test("a key stays the same unless something decisive changes; label, path and order of options are not", async () => {
  const [set] = sets;
  const keyOf = async (changes: object): Promise<string | undefined> => {
    const plan = {
      sets: [set!],
      methods: [methods[0]!],
      seeds: [0],
      environment: { version: "1" },
      ...changes,
    };
    return (await planCells(plan))[0]?.key;
  };
  const key = await keyOf({});
  expect(key).toMatch(/^[\da-f]{64}$/);
  expect(await keyOf({ sets: [{ ...set, name: "other", path: "elsewhere" }] })).toBe(key);
  expect(await keyOf({ methods: [{ label: "x", options: { steps: 2, method: "radar" } }] })).toBe(key);
  for (const change of [
    { sets: [{ ...set, contentHash: "other" }] },
    { methods: [{ label: "radar", options: { method: "radar", steps: 3 } }] },
    { seeds: [1] },
    { environment: { version: "2" } },
  ]) {
    expect(await keyOf(change)).not.toBe(key);
  }
});

test("a backbone counts by what is in it, not by where it lies", async () => {
  const keyOf = async (backbone: string, backboneHash: string): Promise<string | undefined> => {
    const method = { label: "padim", options: { method: "padim", backbone }, backboneHash };
    return (await planCells({ sets, methods: [method], seeds: [0], environment: {} }))[0]?.key;
  };
  expect(await keyOf("a.onnx", "1")).toBe(await keyOf("b.onnx", "1"));
  expect(await keyOf("a.onnx", "1")).not.toBe(await keyOf("a.onnx", "2"));
});
