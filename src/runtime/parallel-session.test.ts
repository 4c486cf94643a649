import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import type { Session } from "./backend.ts";
import { ParallelSession } from "./parallel-session.ts";

/** Sessions that tell which of them ran, one after the other each, and what became of them. */
function sessions() {
  const log: string[] = [];
  let made = 0;
  const make = (): Session => {
    const name = made++;
    let isBusy = false;
    return {
      inputNames: ["x"],
      outputNames: ["y"],
      run: async ({ x }) => {
        if (isBusy) throw new Error("two runs at once");
        isBusy = true;
        await new Promise((resolve) => setTimeout(resolve, 1));
        isBusy = false;
        log.push(`run ${name}`);
        return { y: float32Array([1], [Number(x?.data[0]) * 2]) };
      },
      carried: async () => ({}),
      dispose: async () => {
        log.push(`dispose ${name}`);
      },
    };
  };
  return { log, make };
}

/** What a session answers to 0, 1, 2 ..., as many runs at a time. */
async function answers(session: Session, count: number, atATime: number): Promise<number[]> {
  const found: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const own = next++;
      const { y } = await session.run({ x: float32Array([1], [own]) });
      found[own] = Number(y?.data[0]);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return found;
}

const doubles = (count: number) => Array.from({ length: count }, (_, i) => 2 * i);

test("few runs are the first session's alone", async () => {
  const { log, make } = sessions();
  const session = new ParallelSession(make(), async () => make(), 2);
  expect(await answers(session, 6, 2)).toEqual(doubles(6));
  await session.dispose();
  expect(log).toEqual([...Array.from({ length: 6 }, () => "run 0"), "dispose 0"]);
});

test("of many the others make the rest, and the first is disposed of once", async () => {
  const { log, make } = sessions();
  const session = new ParallelSession(make(), async () => make(), 3);
  expect(session.parallel).toBe(3);
  expect(await answers(session, 40, 3)).toEqual(doubles(40));
  await session.dispose();
  const runs = (name: number) => log.filter((entry) => entry === `run ${name}`).length;
  expect(runs(0)).toBeGreaterThanOrEqual(8);
  expect(runs(0)).toBeLessThan(16);
  expect(Math.min(runs(1), runs(2), runs(3))).toBeGreaterThan(4);
  expect(log.filter((entry) => entry.startsWith("dispose")).sort()).toEqual(
    [0, 1, 2, 3].map((name) => `dispose ${name}`),
  );
});

test("one after the other the first makes all", async () => {
  const { log, make } = sessions();
  const session = new ParallelSession(make(), async () => make(), 2);
  expect(await answers(session, 20, 1)).toEqual(doubles(20));
  expect(new Set(log)).toEqual(new Set(["run 0"]));
});

test("where no other can be opened the first goes on", async () => {
  const { log, make } = sessions();
  const session = new ParallelSession(
    make(),
    async () => {
      throw new Error("no memory");
    },
    2,
  );
  expect(await answers(session, 20, 2)).toEqual(doubles(20));
  await session.dispose();
  expect(new Set(log)).toEqual(new Set(["run 0", "dispose 0"]));
});

test("a run that fails gives its session back", async () => {
  const { make } = sessions();
  const first = make();
  let runs = 0;
  const session = new ParallelSession(
    {
      ...first,
      run: async (feeds) => {
        if (runs++ === 0) throw new Error("no");
        return first.run(feeds);
      },
    },
    async () => make(),
    2,
  );
  await expect(session.run({})).rejects.toThrow("no");
  expect(await answers(session, 3, 2)).toEqual(doubles(3));
});
