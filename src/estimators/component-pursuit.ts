/**
 * Principal component pursuit: a matrix as a low-rank one plus a sparse one.
 *
 * Candès, Li, Ma and Wright 2011, "Robust Principal Component Analysis?", J. ACM 58(3), arXiv:0912.3599; solved by the inexact
 * augmented Lagrangian method of Lin, Chen and Ma 2010, arXiv:1009.5055.
 */
import { combineRows, dot, thinSvd } from "./thin-svd.ts";

/** X = low + sparse. */
export interface Pursuit {
  /** Rows of the low-rank part, float64 [D] each. */
  readonly low: readonly Float64Array[];
  /** Rows of the sparse part, float64 [D] each. */
  readonly sparse: readonly Float64Array[];
  readonly iterations: number;
}

/** Options of {@link pursueComponents}. */
export interface PursuitOptions {
  /** Stops when ‖X - low - sparse‖ is this share of ‖X‖ (Frobenius), > 0. */
  readonly tolerance: number;
  /** Iterations at most. */
  readonly iterations: number;
}

const growth = 1.5; // of the penalty each iteration (Lin et al. 2010, section 3.3)
const largestGrowth = 1e7; // of the penalty in all (their published code)

/**
 * Minimises ‖low‖_* + ‖sparse‖₁ / √max(N, D) subject to low + sparse = X.
 *
 * @param rows - X, float64 [D] each, N of them, at least one not zero.
 * @see Candès et al. 2011, equation 1.1 and theorem 1.1 for the weight; Lin et al. 2010, algorithm 5
 */
export function pursueComponents(rows: readonly Float64Array[], options: PursuitOptions): Pursuit {
  const size = rows[0]?.length ?? 0;
  const weight = 1 / Math.sqrt(Math.max(rows.length, size));
  const spectral = thinSvd(rows).singularValues[0] ?? 1;
  const target = options.tolerance ** 2 * squares(rows);
  const start = 1.25 / spectral;
  const scale = 1 / Math.max(spectral, largestOf(rows) / weight);
  const multiplier = rows.map((row) => row.map((value) => scale * value));
  const blank = () => rows.map(() => new Float64Array(size));
  const [low, sparse, argument] = [blank(), blank(), blank()];
  let penalty = start;
  let iterations = 0;
  for (let rest = Infinity; iterations < options.iterations && rest > target; iterations++) {
    for (const [i, out] of argument.entries()) {
      const [x, s, y] = [rows[i] ?? out, sparse[i] ?? out, multiplier[i] ?? out];
      for (let k = 0; k < size; k++) out[k] = (x[k] ?? 0) - (s[k] ?? 0) + (y[k] ?? 0) / penalty;
    }
    shrinkSingularValues(argument, 1 / penalty, low);
    rest = 0;
    for (const [i, x] of rows.entries()) {
      const [l, s, y] = [low[i] ?? x, sparse[i] ?? x, multiplier[i] ?? x];
      for (let k = 0; k < size; k++) {
        const difference = (x[k] ?? 0) - (l[k] ?? 0);
        const entry = soft(difference + (y[k] ?? 0) / penalty, weight / penalty);
        s[k] = entry;
        y[k] = (y[k] ?? 0) + penalty * (difference - entry);
        rest += (difference - entry) ** 2;
      }
    }
    penalty = Math.min(growth * penalty, largestGrowth * start);
  }
  return { low, sparse, iterations };
}

/** sign(x)·max(|x| - threshold, 0). */
function soft(x: number, threshold: number): number {
  if (x > threshold) return x - threshold;
  return x < -threshold ? x + threshold : 0;
}

/** U·max(Σ - threshold, 0)·Vᵀ of the rows, as P·rows with P = U·max(1 - threshold/Σ, 0)·Uᵀ. */
function shrinkSingularValues(
  rows: readonly Float64Array[],
  threshold: number,
  into: readonly Float64Array[],
): void {
  const { singularValues, left } = thinSvd(rows);
  const kept = left.slice(0, singularValues.filter((sigma) => sigma > threshold).length);
  for (const [i, out] of into.entries()) {
    const weights = new Float64Array(rows.length);
    for (const [k, u] of kept.entries()) {
      const factor = (1 - threshold / (singularValues[k] ?? 1)) * (u[i] ?? 0);
      for (let j = 0; j < weights.length; j++) weights[j] = (weights[j] ?? 0) + factor * (u[j] ?? 0);
    }
    combineRows(rows, weights, out);
  }
}

function squares(rows: readonly Float64Array[]): number {
  return rows.reduce((sum, row) => sum + dot(row, row), 0);
}

function largestOf(rows: readonly Float64Array[]): number {
  return rows.reduce(
    (largest, row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), largest),
    0,
  );
}
