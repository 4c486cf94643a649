/** Elementwise operators with NumPy broadcasting. Specification: ONNX operators, opset 18. */

import { ShapeError } from "../../base/errors.ts";
import { broadcastShapes, type DType } from "../../base/shape.ts";
import { at, defineOp, type Op, sameDType, single } from "../op.ts";
import { mapReference, zipReference } from "../reference-array.ts";
import { formatType, scalar, type Tensor, type TensorType } from "../tensor.ts";

type None = Record<never, never>;
type Unary = (y: { x: Tensor; y: Tensor; g: Tensor }) => Tensor;
type BinaryVjp = (o: {
  a: Tensor;
  b: Tensor;
  y: Tensor;
  g: Tensor;
  needs: readonly boolean[];
}) => readonly (Tensor | undefined)[];

function unary(type: string, f: (x: number) => number, vjp?: Unary): Op<None> {
  return defineOp<None>({
    type,
    attributes: {},
    infer: (inputs) => [at(inputs, 0)],
    ...(vjp && {
      vjp: ({ inputs, outputs, outputGradients }) => [
        vjp({ x: at(inputs, 0), y: at(outputs, 0), g: at(outputGradients, 0) }),
      ],
    }),
    evaluate: (inputs) => [mapReference(at(inputs, 0), f)],
  });
}

function binary(
  type: string,
  f: (a: number, b: number) => number,
  options: { vjp?: BinaryVjp; dtype?: DType } = {},
): Op<None> {
  const { vjp, dtype } = options;
  return defineOp<None>({
    type,
    attributes: {},
    infer: (inputs) => {
      const own = sameDType(inputs, type);
      return [
        { dtype: dtype ?? own, shape: broadcastShapes(at(inputs, 0).shape, at(inputs, 1).shape, type) },
      ];
    },
    ...(vjp && {
      vjp: ({ inputs, outputs, outputGradients, needs }) =>
        vjp({ a: at(inputs, 0), b: at(inputs, 1), y: at(outputs, 0), g: at(outputGradients, 0), needs }),
    }),
    evaluate: (inputs) => [zipReference(at(inputs, 0), at(inputs, 1), f, dtype ?? at(inputs, 0).dtype)],
  });
}

const addOp = binary("Add", (a, b) => a + b, { vjp: ({ g }) => [g, g] });
const subOp = binary("Sub", (a, b) => a - b, { vjp: ({ g, needs }) => [g, needs[1] ? neg(g) : undefined] });
const mulOp = binary("Mul", (a, b) => a * b, {
  vjp: ({ a, b, g, needs }) => [needs[0] ? mul(g, b) : undefined, needs[1] ? mul(g, a) : undefined],
});
const divOp = binary("Div", (a, b) => a / b, {
  vjp: ({ b, y, g, needs }) => [
    needs[0] ? div(g, b) : undefined,
    needs[1] ? neg(div(mul(g, y), b)) : undefined,
  ],
});
const maxOp = binary("Max", Math.max, {
  vjp: ({ a, b, g }) => [
    where(greaterOrEqual(a, b), g, zeroLike()),
    where(greaterOrEqual(a, b), zeroLike(), g),
  ],
});
const minOp = binary("Min", Math.min, {
  vjp: ({ a, b, g }) => [
    where(greaterOrEqual(b, a), g, zeroLike()),
    where(greaterOrEqual(b, a), zeroLike(), g),
  ],
});
const powOp = binary("Pow", (a, b) => a ** b);
const greaterOp = binary("Greater", (a, b) => (a > b ? 1 : 0), { dtype: "bool" });
const greaterOrEqualOp = binary("GreaterOrEqual", (a, b) => (a >= b ? 1 : 0), { dtype: "bool" });
const negOp = unary(
  "Neg",
  (x) => -x,
  ({ g }) => neg(g),
);
const sqrtOp = unary("Sqrt", Math.sqrt, ({ y, g }) => div(g, mul(scalar(2), y)));
const expOp = unary("Exp", Math.exp, ({ y, g }) => mul(g, y));
const logOp = unary("Log", Math.log, ({ x, g }) => div(g, x));
const absOp = unary("Abs", Math.abs, ({ x, g }) => mul(g, sign(x)));
const sinOp = unary("Sin", Math.sin, ({ x, g }) => mul(g, cos(x)));
const cosOp = unary("Cos", Math.cos, ({ x, g }) => neg(mul(g, sin(x))));
const tanhOp = unary("Tanh", Math.tanh, ({ y, g }) => mul(g, sub(scalar(1), mul(y, y))));
const sigmoidOp = unary("Sigmoid", sigmoidOf, ({ y, g }) => mul(g, mul(y, sub(scalar(1), y))));
const floorOp = unary("Floor", Math.floor);

/** SiLU in one pass over memory: QuickGelu with α = 1. */
const quickGeluOp = defineOp<{ alpha: number }>({
  type: "QuickGelu",
  domain: "com.microsoft",
  attributes: { alpha: "float" },
  infer: (inputs) => [at(inputs, 0)],
  // d/dx x·s = s + x·s·(1 - s) = s·(1 + x - y): four passes beside the sigmoid.
  vjp: ({ inputs, outputs, outputGradients }) => {
    const x = at(inputs, 0);
    const slope = mul(add(sub(x, at(outputs, 0)), scalar(1)), sigmoid(x));
    return [mul(at(outputGradients, 0), slope)];
  },
  evaluate: (inputs, { alpha }) => [mapReference(at(inputs, 0), (x) => x * sigmoidOf(alpha * x))],
});

const whereOp = defineOp<None>({
  type: "Where",
  attributes: {},
  infer: (inputs) => {
    const [condition, a, b] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    if (condition.dtype !== "bool") {
      throw new ShapeError("E_DTYPE", `where: expected a bool condition, got ${formatType(condition)}.`);
    }
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, "where"), "where");
    return [{ dtype: sameDType([a, b], "where"), shape }];
  },
  vjp: ({ inputs, outputGradients, needs }) => {
    const g = at(outputGradients, 0);
    const condition = at(inputs, 0);
    return [
      undefined,
      needs[1] ? where(condition, g, zeroLike()) : undefined,
      needs[2] ? where(condition, zeroLike(), g) : undefined,
    ];
  },
  evaluate: (inputs) => {
    const [condition, a, b] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    // NaN cannot be carried through a sum, so the two branches are chosen with the condition encoded in the pair.
    const chosenA = zipReference(condition, a, (c, value) => (c ? value : 0), a.dtype);
    const chosenB = zipReference(condition, b, (c, value) => (c ? 0 : value), b.dtype);
    return [zipReference(chosenA, chosenB, (x, y) => x + y)];
  },
});

/** ONNX TensorProto.DataType numbers of our dtypes. */
const onnxDType: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

const castOp = defineOp<{ to: number }>({
  type: "Cast",
  attributes: { to: "int" },
  infer: (inputs, { to }) => [{ dtype: dtypeOfOnnx(to), shape: at(inputs, 0).shape }],
  evaluate: (inputs, { to }) => {
    const dtype = dtypeOfOnnx(to);
    if (dtype === "bool") return [mapReference(at(inputs, 0), (x) => (x === 0 ? 0 : 1), dtype)];
    return [mapReference(at(inputs, 0), dtype === "float32" ? (x) => x : Math.trunc, dtype)];
  },
});

/** a + b, broadcast. */
export function add(a: Tensor, b: Tensor): Tensor {
  return single(addOp.apply([a, b], {}));
}
/** a - b, broadcast. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return single(subOp.apply([a, b], {}));
}
/** a · b elementwise, broadcast. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return single(mulOp.apply([a, b], {}));
}
/** a / b elementwise, broadcast. */
export function div(a: Tensor, b: Tensor): Tensor {
  return single(divOp.apply([a, b], {}));
}
/** a^b elementwise, broadcast; no gradient. */
export function pow(a: Tensor, b: Tensor): Tensor {
  return single(powOp.apply([a, b], {}));
}
/** Larger of each pair, broadcast; at a tie the gradient goes to `a`. */
export function max(a: Tensor, b: Tensor): Tensor {
  return single(maxOp.apply([a, b], {}));
}
/** Smaller of each pair, broadcast; at a tie the gradient goes to `a`. */
export function min(a: Tensor, b: Tensor): Tensor {
  return single(minOp.apply([a, b], {}));
}
/** a > b as bool, broadcast. */
export function greater(a: Tensor, b: Tensor): Tensor {
  return single(greaterOp.apply([a, b], {}));
}
/** a >= b as bool, broadcast. */
export function greaterOrEqual(a: Tensor, b: Tensor): Tensor {
  return single(greaterOrEqualOp.apply([a, b], {}));
}
/** -x. */
export function neg(x: Tensor): Tensor {
  return single(negOp.apply([x], {}));
}
/** √x. */
export function sqrt(x: Tensor): Tensor {
  return single(sqrtOp.apply([x], {}));
}
/** e^x. */
export function exp(x: Tensor): Tensor {
  return single(expOp.apply([x], {}));
}
/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return single(logOp.apply([x], {}));
}
/** |x|; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return single(absOp.apply([x], {}));
}
/** -1, 0 or 1; no gradient. ONNX has an operator for it, but ONNX Runtime no kernel on WebGPU. */
export function sign(x: Tensor): Tensor {
  return sub(cast(greater(x, scalar(0)), "float32"), cast(greater(scalar(0), x), "float32"));
}
/** Sine of radians. */
export function sin(x: Tensor): Tensor {
  return single(sinOp.apply([x], {}));
}
/** Cosine of radians. */
export function cos(x: Tensor): Tensor {
  return single(cosOp.apply([x], {}));
}
/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return single(tanhOp.apply([x], {}));
}
/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return single(sigmoidOp.apply([x], {}));
}
/** Largest integer not above x; no gradient. */
export function floor(x: Tensor): Tensor {
  return single(floorOp.apply([x], {}));
}
/** SiLU: x · sigmoid(x). @see Elfwing et al. 2017, arXiv:1702.03118 */
export function silu(x: Tensor): Tensor {
  return single(quickGeluOp.apply([x], { alpha: 1 }));
}
/** `a` where `condition` (bool) holds, else `b`; broadcast. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return single(whereOp.apply([condition, a, b], {}));
}
/** x as another dtype; fractions are cut off towards zero; no gradient. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return single(castOp.apply([x], { to: onnxDType[dtype] }));
}

function zeroLike(): Tensor {
  return scalar(0);
}

function sigmoidOf(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function dtypeOfOnnx(number: number): TensorType["dtype"] {
  for (const dtype of ["float32", "uint8", "int32", "int64", "bool"] as const) {
    if (onnxDType[dtype] === number) return dtype;
  }
  throw new ShapeError("E_DTYPE", `cast: expected an ONNX data type we know, got ${number}.`);
}
