import { expect, test } from "vitest";
import { fakeDescription } from "../../../test/support/fake-detector.ts";
import { BackendError } from "../../base/errors.ts";
import type { Scorer } from "../scorer.ts";
import { KeptScorers } from "./kept-scorers.ts";

test("a worker keeps the models it used last, ends the others, and starts one anew that has ended by itself", async () => {
  const events: string[] = [];
  let isBroken = false;
  const kept = new KeptScorers(async (path): Promise<Scorer> => {
    events.push(`start ${path}`);
    let hasEnded = false;
    return {
      description: fakeDescription,
      hasEnded: () => hasEnded,
      end: async () => void events.push(`end ${path}`),
      score: async () => {
        hasEnded = isBroken;
        if (isBroken) throw new BackendError("thread: it has ended.");
        return [];
      },
    };
  });
  for (const path of ["a", "b", "c", "d", "a", "e"]) await kept.score(path, []);
  expect(events).toEqual(["start a", "start b", "start c", "start d", "start e", "end b"]);
  isBroken = true;
  await expect(kept.score("a", [])).rejects.toThrow(BackendError);
  isBroken = false;
  await kept.score("a", []);
  expect(events.slice(6)).toEqual(["start a"]);
  await kept.end();
  expect(events.slice(7).toSorted()).toEqual(["end a", "end c", "end d", "end e"]);
});
