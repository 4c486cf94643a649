/** Repetition: ONNX Loop 16, with values carried from turn to turn, or with the results of all turns one behind the other. */
import { ShapeError } from "../../base/errors.ts";
import { sameShape } from "../../base/shape.ts";
import { buildGraph, type Graph } from "../graph.ts";
import { at, defineOp } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constant, formatType, input, type Tensor } from "../tensor.ts";

/** Names in a body as {@link loop} builds it; ONNX wants the condition, which stays true here, passed on. */
const names = { iteration: "iteration", condition: "condition", goesOn: "goes_on" } as const;

/**
 * Operands: number of turns (int64 []), no condition, carried values, then what the body takes from around it. Results: the carried
 * values after the last turn, then what each turn collected, [turns, ...]. The body is made of what it is given and constants alone.
 */
const loopOp = defineOp<{ body: Graph }>({
  type: "Loop",
  attributes: { body: "graph" },
  infer: ([, ...operands], { body }, [turns]) => {
    const carried = operands.slice(0, carriedCount(body)).map((before, i) => {
      const after = at(body.outputs, i + 1).tensor;
      if (before.dtype === after.dtype && sameShape(before.shape, after.shape)) return before;
      throw new ShapeError(
        before.dtype === after.dtype ? "E_SHAPE" : "E_DTYPE",
        `loop: expected the body to give carried value ${i} as it takes it, ${formatType(before)}, got ${formatType(after)}.`,
      );
    });
    const count = turns?.producer.kind === "constant" ? Number(turns.producer.value.data[0]) : "turns";
    const collected = body.outputs.slice(1 + carried.length).map(({ tensor: { dtype, shape } }) => ({
      dtype,
      shape: [count, ...shape],
    }));
    return [...carried, ...collected];
  },
  evaluate: ([turns, ...operands], { body }, evaluateBody) => {
    const count = turns?.data[0] ?? 0;
    const captured = operands.slice(carriedCount(body));
    let carried: readonly Reference[] = operands.slice(0, carriedCount(body));
    const collected: Reference[][] = body.outputs.slice(1 + carried.length).map(() => []);
    for (let turn = 0; turn < count; turn++) {
      const results = evaluateBody(body, {
        ...Object.fromEntries(carried.map((value, i) => [carriedName(i), value])),
        ...Object.fromEntries(captured.map((value, i) => [capturedName(i), value])),
        [names.iteration]: { dtype: "int64", shape: [], data: Float64Array.of(turn) },
        [names.condition]: { dtype: "bool", shape: [], data: Float64Array.of(1) },
      });
      carried = carried.map((value, i) => results[nextName(i)] ?? value);
      for (const [i, list] of collected.entries()) list.push(at([results[collectedName(i)]], 0));
    }
    return [...carried, ...collected.map(stacked)];
  },
});

function carriedCount(body: Graph): number {
  return body.inputs.length - 2 - body.captured;
}

function stacked(results: readonly Reference[]): Reference {
  const { shape, dtype } = at(results, 0);
  const out = referenceZeros([results.length, ...shape], dtype);
  for (const [i, { data }] of results.entries()) out.data.set(data, i * data.length);
  return out;
}

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

/**
 * Results of `turns` repetitions of a body, one behind the other; no gradient.
 *
 * @param turns - Number of repetitions, int64 [], at least 1; known at run time only, where it is no constant.
 * @param around - What the body reads of the graph around it, besides constants.
 * @param body - Results of a turn, given its number (int64 [], from 0) and `around`.
 * @returns Each result of all turns, [turns, ...].
 * @throws {GraphError} E_GRAPH if the body uses anything else.
 * @see ONNX operators, Loop: scan outputs
 */
export function collect(
  turns: Tensor,
  around: readonly Tensor[],
  body: (turn: Tensor, around: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const iteration = input(names.iteration, "int64", []);
  const condition = input(names.condition, "bool", []);
  const inside = around.map(({ dtype, shape }, i) => input(capturedName(i), dtype, shape));
  const graph = buildGraph({
    name: "body",
    inputs: [iteration, condition, ...inside],
    captured: inside.length,
    outputs: {
      [names.goesOn]: condition,
      ...Object.fromEntries(body(iteration, inside).map((tensor, i) => [collectedName(i), tensor])),
    },
  });
  return loopOp.apply([turns, undefined, ...around], { body: graph });
}

function capturedName(index: number): string {
  return `captured_${index}`;
}

function collectedName(index: number): string {
  return `collected_${index}`;
}

function carriedName(index: number): string {
  return `carried_${index}`;
}

function nextName(index: number): string {
  return `next_${index}`;
}
