/** Attention as one operator, since its gradient needs a pass less over the weights than its parts would take. */
import { GraphError, ShapeError } from "../../base/errors.ts";
import { at, defineOp } from "../op.ts";
import type { Reference } from "../reference-array.ts";
import { constant, formatType, type Tensor } from "../tensor.ts";
import { matMulReference, matmul, product } from "./contraction.ts";
import { mul } from "./elementwise.ts";
import { concat } from "./movement.ts";
import { reduceSum, softmax, softmaxReference } from "./reduction.ts";

/** Operands q, k, v [..., d, L]; outputs the mixed values [..., d, L] and the weights [..., L, L]. */
const attentionOp = defineOp<{ scale: number }>({
  type: "radar.Attention",
  attributes: { scale: "float" },
  infer: (inputs) => {
    const q = at(inputs, 0);
    const other = inputs.find((operand) => formatType(operand) !== formatType(q));
    if (other !== undefined || q.shape.length < 2) {
      throw new ShapeError(
        "E_SHAPE",
        `attention: expected q, k and v of one shape [..., d, L], got ${inputs.map(formatType).join(", ")}.`,
      );
    }
    const places = at(q.shape, q.shape.length - 1);
    return [q, { dtype: q.dtype, shape: [...q.shape.slice(0, -2), places, places] }];
  },
  vjp: ({ inputs, outputs, outputGradients, attributes: { scale } }) => {
    const [g, ofWeights] = outputGradients;
    if (g === undefined || ofWeights !== undefined) {
      throw new GraphError(
        "E_NO_GRADIENT",
        "attention: expected to be differentiated once, got a gradient of its gradient. Leave attention out of what is differentiated twice.",
      );
    }
    return attentionVjp(inputs, outputs, g, scale);
  },
  lower: (inputs, { scale }) => {
    const [q, k, v] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const weights = softmax(product(q, k, { alpha: scale, transA: 1, transB: 0 }));
    return [product(v, weights, { alpha: 1, transA: 0, transB: 1 }), weights];
  },
  evaluate: (inputs, { scale }) => {
    const [q, k, v] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const logits: Reference = matMulReference(q, k, { alpha: scale, transA: 1, transB: 0 });
    const weights = softmaxReference(logits, logits.shape.length - 1);
    return [matMulReference(v, weights, { alpha: 1, transA: 0, transB: 1 }), weights];
  },
});

/**
 * Values mixed by softmax(s·qᵀk) over the places of k: column i of the result is Σ_j softmax_j(s·q_iᵀk_j) · v_j.
 *
 * @param q - float32 [..., d, L]; `k` and `v` alike.
 * @param scale - s, usually 1/√d.
 * @returns float32 [..., d, L]; it has a gradient, but no gradient of that gradient.
 * @throws {ShapeError} E_SHAPE if the three are of different shapes.
 * @see Vaswani et al. 2017, Eq. 1, arXiv:1706.03762
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, scale: number): Tensor {
  return at(attentionOp.apply([q, k, v], { scale }), 0);
}

/**
 * With P the weights and G the incoming gradient, the logits' gradient is P∘(Gᵀv - D), D_i = Σ_j P_ij (Gᵀv)_ij = G_iᵀ mixed_i: a sum
 * over d in place of one over L. D rides along in the product, as a row under G that meets a row of -1 under v.
 *
 * @see Dao et al. 2022, "FlashAttention", appendix B.2, arXiv:2205.14135
 */
function attentionVjp(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  g: Tensor,
  scale: number,
): Tensor[] {
  const [q, k, v, mixed, weights] = [
    at(inputs, 0),
    at(inputs, 1),
    at(inputs, 2),
    at(outputs, 0),
    at(outputs, 1),
  ];
  const axis = g.shape.length - 2;
  const mean = reduceSum(mul(g, mixed), { axes: [axis] }); // D, [..., 1, L]
  const shape = mean.shape.map(Number);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const minusOnes = constant({ dtype: "float32", shape, data: new Float32Array(size).fill(-1) });
  const slopes = matmul(concat([g, mean], axis), concat([v, minusOnes], axis), { transposeA: true });
  const ofLogits = mul(weights, slopes); // [..., L, L]
  return [
    matmul(k, ofLogits, { transposeB: true, alpha: scale }),
    matmul(q, ofLogits, { alpha: scale }),
    matmul(g, weights),
  ];
}
