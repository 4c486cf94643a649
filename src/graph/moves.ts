/**
 * Values that are moved and nothing else: cut out, turned, reshaped, joined. However many operators would move them, one moves them all.
 *
 * A training step reads hundreds of parameters from one vector and writes as many gradients to another. With an operator for each that is cut out
 * or reshaped, and two more for each kernel that is turned, they were a fifth of its operators. Where a value comes from is found by moving
 * numbers in place of values.
 */
import { invariant } from "../base/check.ts";
import { groupBy } from "../base/group-by.ts";
import { sizeOf } from "../base/shape.ts";
import { topologicalOrder } from "./graph.ts";
import { noBodies, substitute } from "./lower.ts";
import { at } from "./op.ts";
import { gather, gatherElements } from "./ops/gather.ts";
import { concat, reshape } from "./ops/movement.ts";
import { reduceSum, summedOverFirstAxis } from "./ops/reduction.ts";
import { slice } from "./ops/window.ts";
import { type Reference, referenceOf } from "./reference-array.ts";
import { constant, constantInts, int64s, type Node, type Tensor } from "./tensor.ts";

/**
 * The same tensors. What they read of `source` is cut out of two vectors: one of the pieces that keep their order, of which whole runs are moved,
 * and one of those that are turned, moved value by value. Pieces that differ in their first extent only lie side by side and are reshaped together.
 *
 * @param source - float32 [L].
 */
export function gatherMoves(outputs: readonly Tensor[], source: Tensor): Tensor[] {
  const length = sizeOf(source.shape);
  const numbers = new Map([[source, counted(source.shape)]]);
  const [ordered, turned]: [Piece[], Piece[]] = [[], []];
  for (const tensors of movedFrom(outputs, source)) {
    const places = placesOf(at(tensors, 0), numbers).data;
    const isTurned = places.length > 1 && runOf(places, length) === 1;
    (isTurned ? turned : ordered).push({ tensors, places });
  }
  return substitute(outputs, new Map([...cutOut(source, ordered), ...cutOut(source, turned)]));
}

/**
 * The values of tensors, one tensor after another, float32 [L]. They are taken from before they are moved, and then moved all at once; small sums
 * over a batch are made together.
 *
 * @param tensors - float32, all extents known.
 */
export function joinMoves(tensors: readonly Tensor[]): Tensor {
  const sources = tensors.map(sourceOf);
  const { values, starts } = lineUp([...new Set(sources)]);
  const places = tensors.map((tensor, i) => {
    const source = at(sources, i);
    const start = starts.get(source) ?? 0;
    return placesOf(tensor, new Map([[source, counted(source.shape)]])).data.map((place) => start + place);
  });
  return valuesAt(values, places);
}

/** Tensors that are moved alike, and where in their source each of their values lies. */
interface Piece {
  readonly tensors: readonly Tensor[];
  readonly places: Float64Array;
}

/** Moved values of `source` that are read as they are, those that are moved alike together. */
function movedFrom(outputs: readonly Tensor[], source: Tensor): Tensor[][] {
  const moves = new Map([[source, "source"]]); // and how it got there
  const read = new Set(outputs);
  for (const node of topologicalOrder(outputs).nodes) {
    const values = valuesOf(node);
    if (node.op.moves && values.length > 0 && values.every((tensor) => moves.has(tensor))) {
      for (const tensor of node.outputs) moves.set(tensor, moveOf(node, tensor.index, moves));
    } else for (const tensor of values) read.add(tensor);
  }
  const pieces = [...moves.keys()].filter(
    (tensor) => tensor !== source && read.has(tensor) && tensor.shape.length > 0,
  );
  return [...groupBy(pieces, (tensor) => moves.get(tensor) ?? "").values()];
}

/** How output `index` of a node is moved, given how its operands are. */
function moveOf({ op, attributes, inputs }: Node, index: number, moves: ReadonlyMap<Tensor, string>): string {
  const operands = inputs.map((tensor) => tensor && (moves.get(tensor) ?? constantInts(tensor).join()));
  return `${op.type} ${JSON.stringify(attributes)} ${index} (${operands.join("; ")})`;
}

/** What a tensor is moved from. */
function sourceOf(tensor: Tensor): Tensor {
  let source = tensor;
  for (;;) {
    if (source.producer.kind !== "node" || !source.producer.op.moves) return source;
    const values = valuesOf(source.producer);
    if (values.length !== 1) return source;
    source = at(values, 0);
  }
}

/** The operands that are values: of those that move, all but the constants that say where to. */
function valuesOf({ inputs }: Node): Tensor[] {
  return inputs.flatMap((tensor) =>
    tensor === undefined || (tensor.dtype === "int64" && tensor.producer.kind === "constant") ? [] : [tensor],
  );
}

/** Where each value of a moved tensor comes from: what it would hold, were its sources these numbers. */
function placesOf(tensor: Tensor, numbers: ReadonlyMap<Tensor, Reference>): Reference {
  const known = numbers.get(tensor);
  if (known !== undefined) return known;
  const { producer, index } = tensor;
  if (producer.kind === "constant") return referenceOf(producer.value);
  invariant(producer.kind === "node", "a tensor that is moved from elsewhere");
  const operands = producer.inputs.flatMap((operand) => (operand ? [placesOf(operand, numbers)] : []));
  return at(producer.op.evaluate(operands, producer.attributes, noBodies), index);
}

/** 0, 1, 2 ... in row-major order. */
function counted(shape: Tensor["shape"]): Reference {
  const data = new Float64Array(sizeOf(shape)).map((_, i) => i);
  return { dtype: "float32", shape: shape.map(Number), data };
}

/** For each tensor of the pieces the same values, cut out of one vector of all of them. */
function cutOut(source: Tensor, pieces: readonly Piece[]): (readonly [Tensor, Tensor])[] {
  if (pieces.length === 0) return [];
  const groups = [...groupBy(pieces, ({ tensors }) => rowOf(at(tensors, 0))).values()];
  const values = valuesAt(
    source,
    groups.flat().map(({ places }) => places),
  );
  let end = 0;
  return groups.flatMap((group) => {
    const start = end;
    for (const { places } of group) end += places.length;
    return cutRows(rows(values, start, end), group);
  });
}

/** The same of pieces whose rows are alike, given the values of all of them. */
function cutRows(values: Tensor, pieces: readonly Piece[]): (readonly [Tensor, Tensor])[] {
  const shapes = pieces.map(({ tensors }) => at(tensors, 0).shape.map(Number));
  const count = shapes.reduce((sum, shape) => sum + at(shape, 0), 0);
  const below = reshape(values, [count, ...at(shapes, 0).slice(1)]);
  let end = 0;
  return pieces.flatMap(({ tensors }, i) => {
    const start = end;
    end += at(at(shapes, i), 0);
    const cut = rows(below, start, end);
    return tensors.map((tensor) => [tensor, cut] as const);
  });
}

function rows(x: Tensor, start: number, end: number): Tensor {
  return start === 0 && end === x.shape[0] ? x : slice(x, { axis: 0, start, end });
}

/** All values of tensors in one vector, and where in it each of them begins. */
function lineUp(tensors: readonly Tensor[]): {
  readonly values: Tensor;
  readonly starts: ReadonlyMap<Tensor, number>;
} {
  const starts = new Map<Tensor, number>();
  let end = 0;
  const groups = groupBy(tensors, (tensor) => `${smallBatch(tensor)?.shape[0] ?? ""}: ${rowOf(tensor)}`);
  const parts = [...groups.values()].map((group) => {
    const start = end;
    for (const tensor of group) {
      starts.set(tensor, end);
      end += sizeOf(tensor.shape);
    }
    return reshape(stacked(group), [end - start]);
  });
  return { values: concat(parts, 0), starts };
}

/** Tensors whose rows are alike, one below another; what is a sum over a small batch, each of them or none, is summed here. */
function stacked(tensors: readonly Tensor[]): Tensor {
  const batches = tensors.flatMap((tensor) => smallBatch(tensor) ?? []);
  if (tensors.length === 1 || batches.length === 0) {
    return concat(
      tensors.map((tensor) => (tensor.shape.length === 0 ? reshape(tensor, [1]) : tensor)),
      0,
    );
  }
  return reduceSum(concat(batches, 1), { axes: [0], keepDims: false });
}

/** Most values that are copied so that their sum is made with others: copying them takes as long as an operator costs (ours). */
const mostCopied = 2 ** 14;

/** What a tensor is the sum of over its first axis, if those are few values. */
function smallBatch(tensor: Tensor): Tensor | undefined {
  const batch = summedOverFirstAxis(tensor);
  return batch && tensor.shape.length > 0 && sizeOf(batch.shape) <= mostCopied ? batch : undefined;
}

/** Rank and extents but for the first. */
function rowOf({ shape }: Tensor): string {
  return `${shape.length} [${shape.slice(1).join(", ")}]`;
}

/** Values of x [L] at places, one list after another; whole runs of them where all places are in such. */
function valuesAt(x: Tensor, lists: readonly Float64Array[]): Tensor {
  const length = sizeOf(x.shape);
  const places = joined(lists);
  const run = runOf(places, length);
  if (run === length && places.length === length) return x;
  if (run === 1) return gatherElements(x, int32s(places));
  const first = places.filter((_, i) => i % run === 0);
  const gathered = gather(reshape(x, [length / run, run]), int64s(Array.from(first, (place) => place / run)));
  return reshape(gathered, [places.length]);
}

/** Places of single values: half the size of int64, which Gather asks for. */
function int32s(values: Float64Array): Tensor {
  return constant({ dtype: "int32", shape: [values.length], data: Int32Array.from(values) });
}

function joined(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all;
}

/** The largest divisor of `length` such that the places are runs of so many, each from a multiple of it on. */
function runOf(places: Float64Array, length: number): number {
  let run = greatestCommonDivisor(length, places.length);
  for (let i = 0; i < places.length && run > 1; i++) {
    const place = places[i] ?? 0;
    if (i > 0 && place === (places[i - 1] ?? 0) + 1) continue;
    run = greatestCommonDivisor(greatestCommonDivisor(run, i), place);
  }
  return run;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
