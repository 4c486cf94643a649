import { expect, test } from "vitest";
import { cellOf, resultOf } from "../../test/support/benchmark.ts";
import { DataError } from "../base/errors.ts";
import type { CellResult } from "./cell-result.ts";
import { type Cell, cellName } from "./plan.ts";
import { type BenchmarkProgress, type CellActions, runCells } from "./run-cells.ts";

const cells = [cellOf("a", "x", 0), cellOf("a", "y", 0), cellOf("b", "x", 0), cellOf("b", "y", 0)];

/** Actions on a cache in memory; `run` gives a result unless told otherwise. */
function memory(run: (cell: Cell) => Promise<CellResult> = async () => resultOf(0.9)): CellActions & {
  readonly ran: string[];
  readonly saved: Map<string, CellResult>;
} {
  const ran: string[] = [];
  const saved = new Map<string, CellResult>();
  return {
    ran,
    saved,
    load: async ({ key }) => saved.get(key),
    run: async (cell) => {
      ran.push(cellName(cell));
      return run(cell);
    },
    save: async ({ key }, result) => void saved.set(key, result),
  };
}

test("every cell runs once; a second benchmark takes all from what was saved", async () => {
  const actions = memory();
  const first = await runCells(cells, actions, { now: () => 0 });
  expect(first.map(({ cell }) => cell)).toEqual(cells);
  expect(actions.ran).toHaveLength(4);
  const second = await runCells(cells, actions, { now: () => 0 });
  expect(actions.ran).toHaveLength(4);
  expect(second).toEqual(cells.map((cell) => ({ cell, result: resultOf(0.9), isCached: true })));
});

test("a cell that fails is told with its error and stops no other", async () => {
  const actions = memory(async ({ key }) => {
    if (key === "a/y/0") throw new DataError("E_DATA", "too few images");
    if (key === "b/x/0") throw new Error("a fault");
    return resultOf(1);
  });
  const outcomes = await runCells(cells, actions, { now: () => 0 });
  expect(outcomes.map((outcome) => ("error" in outcome ? outcome.error : "done"))).toEqual([
    "done",
    { code: "E_DATA", message: "too few images" },
    { code: null, message: "a fault" },
    "done",
  ]);
  expect(actions.saved.size).toBe(2);
});

test("cells run at the same time are of different sets", async () => {
  const running = new Set<string>();
  let most = 0;
  const actions = memory(async ({ set }) => {
    expect(running.has(set.name)).toBe(false);
    running.add(set.name);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setImmediate(resolve));
    running.delete(set.name);
    return resultOf(1);
  });
  const outcomes = await runCells(cells, actions, { now: () => 0, parallel: 3 });
  expect(most).toBe(2);
  expect(outcomes.filter((outcome) => "result" in outcome)).toHaveLength(4);
});

test("the time left is that of the cells so far, without those from the cache", async () => {
  let seconds = 0;
  const actions = memory(async () => {
    seconds += 10;
    return resultOf(1);
  });
  actions.saved.set("a/x/0", resultOf(1));
  const progress: BenchmarkProgress[] = [];
  await runCells(cells, actions, { now: () => seconds, onDone: (_, now) => progress.push(now) });
  expect(progress).toEqual([
    { done: 1, total: 4, secondsLeft: null },
    { done: 2, total: 4, secondsLeft: 20 },
    { done: 3, total: 4, secondsLeft: 10 },
    { done: 4, total: 4, secondsLeft: 0 },
  ]);
});

test("a signal ends it between cells with E_ABORTED, and the next one goes on", async () => {
  const stopping = new AbortController();
  const actions = memory(async ({ key }) => {
    if (key === "a/y/0" && !stopping.signal.aborted) {
      stopping.abort();
      throw new Error("stopped");
    }
    return resultOf(1);
  });
  await expect(runCells(cells, actions, { now: () => 0, signal: stopping.signal })).rejects.toMatchObject({
    code: "E_ABORTED",
    message: "benchmark: stopped with 1 of 4 cells done. The same command goes on from there.",
  });
  expect(actions.saved.size).toBe(1);
  await runCells(cells, actions, { now: () => 0 });
  expect(actions.saved.size).toBe(4);
  expect(actions.ran).toHaveLength(5);
});
