/** Comparison of numeric arrays that says where and by how much they differ. */
import { expect } from "vitest";

/**
 * Asserts |a - b| <= atol + rtol·|b| for every entry; the failure names the worst entry and how many failed.
 *
 * @param tolerance - `rtol` relative, `atol` absolute.
 */
export function expectAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { rtol?: number; atol?: number },
): void {
  const { rtol = 0, atol = 0 } = tolerance;
  expect(actual.length, "number of values").toBe(expected.length);
  let worst = -1;
  let worstExcess = 0;
  let failed = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? Number.NaN;
    const b = expected[i] ?? Number.NaN;
    const excess = Math.abs(a - b) - (atol + rtol * Math.abs(b));
    if (!(excess <= 0)) {
      failed++;
      if (worst < 0 || !(excess <= worstExcess)) {
        worst = i;
        worstExcess = excess;
      }
    }
  }
  if (failed > 0) {
    const a = actual[worst] ?? Number.NaN;
    const b = expected[worst] ?? Number.NaN;
    const absolute = Math.abs(a - b);
    expect.fail(
      `${failed} of ${expected.length} values differ; worst at ${worst}: got ${a}, expected ${b} (absolute ${absolute}, relative ${absolute / Math.abs(b)}; rtol ${rtol}, atol ${atol})`,
    );
  }
}
