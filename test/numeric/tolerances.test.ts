import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tolerances } from "../support/tolerances.ts";

/** First three cells of each row of the table of docs/numerics.md. */
const rows: string[][] = readFileSync(new URL("../../docs/numerics.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) =>
    line
      .split("|")
      .slice(1, 4)
      .map((cell) => cell.trim()),
  );

test("docs/numerics.md states every tolerance as it is", () => {
  expect(rows.map(([name, rtol, atol]) => [name, Number(rtol), Number(atol)])).toEqual(
    Object.entries(tolerances).map(([name, { rtol, atol }]) => [name, rtol, atol]),
  );
});
