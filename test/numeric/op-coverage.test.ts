/** The table of cases is complete: a new operator without a row, or without a row that differentiates it, fails here. */
import { expect, test, vi } from "vitest";
import * as graph from "../../src/graph/index.ts";
import { buildCase, forwardGraph } from "../support/op-case-graph.ts";
import { opCases } from "./op-cases.ts";

/** Every record that goes through defineOp, seen before the operator files load. */
const defined = vi.hoisted(() => new Set<object>());
vi.mock("../../src/graph/op.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/graph/op.ts")>();
  return {
    ...original,
    defineOp: ((definition) => {
      defined.add(definition);
      return original.defineOp(definition);
    }) satisfies typeof original.defineOp,
  };
});

/** Exports of src/graph that are no operators, or, of a network from elsewhere, one that only a runtime knows. */
const others = [
  "buildGraph",
  "constant",
  "defineOp",
  "embedNetwork",
  "float32Array",
  "foldConstants",
  "formatType",
  "gradient",
  "input",
  "int64Array",
  "int64s",
  "lowerGraph",
  "ndArray",
  "scalar",
  "substitute",
];

/** Records of the operators in the graphs of these rows, composite ones and what they are lowered to. */
function recordsIn(rows: typeof opCases): Set<object> {
  const graphs = rows.map((row) => forwardGraph(buildCase(row)));
  return new Set(
    [...graphs, ...graphs.map(graph.lowerGraph)].flatMap(({ nodes }) => nodes.map((node) => node.op)),
  );
}

function typesOf(records: Iterable<object>): unknown[] {
  return Array.from(records, (record) => ("type" in record ? record.type : record));
}

test("every exported operator has a row", () => {
  const functions = Object.entries(graph).flatMap(([name, value]) =>
    typeof value === "function" && !others.includes(name) ? [name] : [],
  );
  expect(functions.length).toBeGreaterThan(40);
  expect([...new Set(opCases.map((row) => row.op))].sort()).toEqual(functions.sort());
});

test("every operator record occurs in the graph of a row", () => {
  expect(defined.size).toBeGreaterThan(40);
  const covered = recordsIn(opCases);
  expect(typesOf([...defined].filter((record) => !covered.has(record)))).toEqual([]);
});

test("every gradient rule is used by a row that is differentiated", () => {
  const covered = recordsIn(opCases.filter((row) => row.differentiable));
  const rules = [...defined].filter((record) => "vjp" in record);
  expect(rules.length).toBeGreaterThan(25);
  expect(typesOf(rules.filter((record) => !covered.has(record)))).toEqual([]);
});

test("rows have names of their own", () => {
  const names = opCases.map((row) => `${row.op}, ${row.name}`);
  expect(new Set(names).size).toBe(names.length);
});
