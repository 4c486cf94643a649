import { expect, test } from "vitest";
import { groupBy } from "./group-by.ts";

test("items are grouped by key, in the order in which keys and items come", () => {
  const groups = groupBy([5, 2, 3, 8], (item) => item % 2);
  expect([...groups]).toEqual([
    [1, [5, 3]],
    [0, [2, 8]],
  ]);
});
