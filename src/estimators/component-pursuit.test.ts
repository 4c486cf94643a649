import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { repository } from "../../test/support/repository.ts";
import { Random } from "../base/random.ts";
import { pursueComponents } from "./component-pursuit.ts";
import { thinSvd } from "./thin-svd.ts";

interface Golden {
  readonly mixed: number[][];
  readonly low: number[][];
  readonly sparse: number[][];
  readonly iterations: number;
}

const golden: Golden = JSON.parse(
  readFileSync(join(repository, "test", "golden", "statistical.json"), "utf8"),
);

test("the pursuit ends where NumPy's with full decompositions does", () => {
  const rows = golden.mixed.map((row) => Float64Array.from(row));
  const { low, sparse, iterations } = pursueComponents(rows, { tolerance: 1e-6, iterations: 60 });
  expect(iterations).toBe(golden.iterations);
  expectAllClose(
    low.flatMap((row) => Array.from(row)),
    golden.low.flat(),
    { atol: 1e-6 },
  );
  expectAllClose(
    sparse.flatMap((row) => Array.from(row)),
    golden.sparse.flat(),
    { atol: 1e-6 },
  );
});

test("a matrix of rank one with a few wild entries is taken apart into what it was made of", () => {
  const random = new Random(2);
  const [count, size] = [40, 200];
  const pattern = random.normals(size);
  const planted = Array.from({ length: count }, () => {
    const level = random.normal();
    return Float64Array.from(pattern, (value) => level * value);
  });
  const wild = planted.map((row) => row.map(() => (random.uniform() < 0.02 ? 5 : 0)));
  const rows = planted.map((row, i) => row.map((value, k) => value + (wild[i]?.[k] ?? 0)));
  const { low, sparse } = pursueComponents(rows, { tolerance: 1e-7, iterations: 60 });
  for (const [i, row] of planted.entries()) {
    expectAllClose(low[i] ?? [], row, { atol: 1e-4 });
    expectAllClose(sparse[i] ?? [], wild[i] ?? [], { atol: 1e-4 });
  }
  const [first = 0, second = 0] = thinSvd(low).singularValues;
  expect(second).toBeLessThan(1e-4 * first);
});
