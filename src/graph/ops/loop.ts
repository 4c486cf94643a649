/** Repetition: ONNX Loop 16 with a number of turns known when the graph is built. */
import { ShapeError } from "../../base/errors.ts";
import { sameShape } from "../../base/shape.ts";
import { buildGraph, type Graph } from "../graph.ts";
import { at, defineOp } from "../op.ts";
import type { Reference } from "../reference-array.ts";
import { constant, formatType, input, type Tensor } from "../tensor.ts";

/** Names in a body as {@link loop} builds it; ONNX wants the condition, which stays true here, passed on. */
const names = { iteration: "iteration", condition: "condition", goesOn: "goes_on" } as const;

/** Operands: number of turns (int64 [], constant), no condition, carried values. The body is closed: it takes nothing else. */
const loopOp = defineOp<{ body: Graph }>({
  type: "Loop",
  attributes: { body: "graph" },
  infer: ([, ...carried], { body }) =>
    carried.map((before, i) => {
      const after = at(body.outputs, i + 1).tensor;
      if (before.dtype === after.dtype && sameShape(before.shape, after.shape)) return before;
      throw new ShapeError(
        before.dtype === after.dtype ? "E_SHAPE" : "E_DTYPE",
        `loop: expected the body to give carried value ${i} as it takes it, ${formatType(before)}, got ${formatType(after)}.`,
      );
    }),
  evaluate: ([turns, ...initial], { body }, evaluateBody) => {
    const count = turns?.data[0] ?? 0;
    let carried: readonly Reference[] = initial;
    for (let turn = 0; turn < count; turn++) {
      const results = evaluateBody(body, {
        ...Object.fromEntries(carried.map((value, i) => [carriedName(i), value])),
        [names.iteration]: { dtype: "int64", shape: [], data: Float64Array.of(turn) },
        [names.condition]: { dtype: "bool", shape: [], data: Float64Array.of(1) },
      });
      carried = carried.map((value, i) => results[nextName(i)] ?? value);
    }
    return carried;
  },
});

/**
 * Values carried through `turns` repetitions of a body; no gradient.
 *
 * The body becomes a graph of its own, so it must be made of its arguments and constants alone: parameters are bound before.
 *
 * @param turns - Number of repetitions, integer >= 0.
 * @param initial - The values before the first turn.
 * @param body - The next values, given the number of the turn (int64 [], from 0) and the current ones.
 * @returns The values after the last turn, typed as `initial`.
 * @throws {ShapeError} E_SHAPE or E_DTYPE if the body changes a type.
 * @throws {GraphError} E_GRAPH if the body uses an input of the graph around it.
 * @see ONNX operators, Loop
 */
export function loop(
  turns: number,
  initial: readonly Tensor[],
  body: (turn: Tensor, carried: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const iteration = input(names.iteration, "int64", []);
  const condition = input(names.condition, "bool", []);
  const carried = initial.map(({ dtype, shape }, i) => input(carriedName(i), dtype, shape));
  const next = body(iteration, carried);
  if (next.length !== initial.length) {
    throw new ShapeError(
      "E_SHAPE",
      `loop: expected the body to give ${initial.length} values, as many as are carried, got ${next.length}.`,
    );
  }
  const graph = buildGraph({
    name: "body",
    inputs: [iteration, condition, ...carried],
    outputs: {
      [names.goesOn]: condition,
      ...Object.fromEntries(next.map((tensor, i) => [nextName(i), tensor])),
    },
  });
  const count = constant({ dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(turns)) });
  return loopOp.apply([count, undefined, ...initial], { body: graph });
}

function carriedName(index: number): string {
  return `carried_${index}`;
}

function nextName(index: number): string {
  return `next_${index}`;
}
