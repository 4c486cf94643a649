/**
 * The places of an axis as values, of one that is known at run time only, too. ONNX CumSum 14.
 *
 * Counted, not asked for: ONNX's Shape gives 64-bit integers, which ONNX Runtime has on the processor only.
 */
import { normalizeAxis } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { int64s, scalar, type Tensor } from "../tensor.ts";
import { add, mul } from "./elementwise.ts";
import { gather, reshape } from "./movement.ts";
import { reduceSum } from "./reduction.ts";

/** Operands: x [1, extent], axis (constant, 1). Sums of what comes before each place. */
const sumBeforeOp = defineOp<{ exclusive: number }>({
  type: "CumSum",
  attributes: { exclusive: "int" },
  infer: (inputs) => [at(inputs, 0)],
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    let sum = 0;
    const data = x.data.map((value) => {
      sum += value;
      return sum - value;
    });
    return [{ ...x, data }];
  },
});

/**
 * How many places an axis of x has.
 *
 * @param x - float32 of at least one element, finite.
 * @returns float32 [1, 1], exact below 2^24.
 */
export function extentOf(x: Tensor, axis: number): Tensor {
  return reduceSum(onesAlong(x, axis), { axes: [1] });
}

/**
 * 0, 1, 2 ... along an axis of x.
 *
 * @param x - float32 of at least one element, finite.
 * @returns float32 [1, extent].
 */
export function placesOf(x: Tensor, axis: number): Tensor {
  return single(sumBeforeOp.apply([onesAlong(x, axis), int64s([1])], { exclusive: 1 }));
}

/** float32 [1, extent]. */
function onesAlong(x: Tensor, axis: number): Tensor {
  const along = normalizeAxis(axis, x.shape.length, "placesOf");
  const line = x.shape.reduce<Tensor>(
    (rest, _, other) => (other === along ? rest : gather(rest, int64s([0]), other)),
    x,
  );
  return add(mul(reshape(line, [1, at(x.shape, along)]), scalar(0)), scalar(1));
}
