import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { repository } from "../../test/support/repository.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { buildGraph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { hotelling, PictureSubspace, principalComponents, residual } from "./principal-components.ts";
import { combineRows, dot, thinSvd } from "./thin-svd.ts";

interface Golden {
  readonly side: number;
  readonly rows: number[][];
  readonly test: number[][];
  readonly mean: number[];
  readonly components: number[][];
  readonly variances: number[];
  readonly explained: number;
  readonly residuals: number[][];
  readonly hotelling: number[];
}

const golden: Golden = JSON.parse(
  readFileSync(join(repository, "test", "golden", "statistical.json"), "utf8"),
);
const rows = golden.rows.map((row) => Float64Array.from(row));
const limits = { explained: golden.explained - 1e-9 };
const fitted = principalComponents(rows, limits);

test("mean, components and variances are scikit-learn's, up to the components' signs", () => {
  expectAllClose(fitted.mean, golden.mean, { rtol: 1e-12 });
  expectAllClose(fitted.variances, golden.variances, { rtol: 1e-9 });
  for (const [k, component] of golden.components.entries()) {
    const ours = fitted.components[k] ?? expect.fail(`no component ${k}`);
    const sign = Math.sign(dot(ours, Float64Array.from(component)));
    expectAllClose(
      ours.map((value) => sign * value),
      component,
      { atol: 1e-9 },
    );
  }
});

test("residuals and T² are scikit-learn's, in the graph too", async () => {
  expectAllClose(
    golden.test.map((row) => hotelling(Float64Array.from(row), fitted)),
    golden.hotelling,
    { rtol: 1e-9 },
  );
  expectAllClose(
    golden.test.flatMap((row) => Array.from(residual(Float64Array.from(row), fitted))),
    golden.residuals.flat(),
    { atol: 1e-9 },
  );
  const shape = [golden.test.length, 3, golden.side, golden.side];
  const x = input("x", "float32", ["N", ...shape.slice(1)]);
  const subspace = new PictureSubspace(fitted, golden.side);
  const deviation = subspace.deviation(x);
  const outputs = { projection: subspace.projection(deviation), t2: subspace.hotelling(deviation) };
  const graph = buildGraph({ name: "pca", inputs: [x], outputs });
  const { projection, t2 } = await runOnce(nodeBackend({ threads: 1 }), graph, {
    x: reference(shape, golden.test.flat()),
  });
  const residuals = golden.residuals.flat();
  const expected = golden.test
    .flat()
    .map((value, i) => value - (golden.mean[i % golden.mean.length] ?? 0) - (residuals[i] ?? 0));
  expectAllClose(Array.from(projection?.data ?? [], Number), expected, { atol: 2e-5 });
  expect(t2?.shape).toEqual([golden.test.length, 1, 1, 1]);
  expectAllClose(Array.from(t2?.data ?? [], Number), golden.hotelling, { rtol: 1e-4 });
});

test("no more components than asked for, none of rows that are all the same, and none of one row", () => {
  const all = { explained: 1 };
  expect(principalComponents(rows, { ...all, most: 2 }).components).toHaveLength(2);
  expect(principalComponents(rows, all).components).toHaveLength(rows.length - 1);
  const [row = new Float64Array()] = rows;
  expect(principalComponents([row, row, row], all).components).toEqual([]);
  expect(principalComponents([row], all)).toMatchObject({ mean: row, components: [] });
});

test("a matrix is put together again from its singular values and vectors", () => {
  const { singularValues, left } = thinSvd(rows);
  for (const [i, row] of rows.entries()) {
    // row i of U·Σ·Vᵀ with Vᵀ = Σ⁻¹·Uᵀ·X
    const right = left.map((u, k) =>
      combineRows(
        rows,
        u.map((value) => value / (singularValues[k] ?? 1)),
      ),
    );
    const weights = left.map((u, k) => (u[i] ?? 0) * (singularValues[k] ?? 0));
    expectAllClose(combineRows(right, weights), row, { atol: 1e-8 });
  }
});
