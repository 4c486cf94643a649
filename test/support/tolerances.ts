/** Every tolerance of the numeric tests in one table; docs/numerics.md has the measurement behind each. */
import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import { expectAllClose } from "./allclose.ts";

/** What is compared with what: a row of {@link tolerances}. */
export type Comparison =
  | "gradient rules, finite differences"
  | "operators, ONNX Runtime and reference"
  | "layers, reference and PyTorch"
  | "layers, ONNX Runtime and PyTorch"
  | "U-Net, reference and PyTorch"
  | "U-Net, ONNX Runtime and PyTorch"
  | "AdamW, reference and PyTorch"
  | "AdamW, ONNX Runtime and PyTorch"
  | "training step, ONNX Runtime and reference"
  | "detector, ONNX Runtime and reference"
  | "detector of network features, ONNX Runtime and reference"
  | "noise schedules, NumPy";

/** |a - b| <= atol + rtol·|b|, by what is compared with what. */
export const tolerances: Readonly<Record<Comparison, { rtol: number; atol: number }>> = {
  "gradient rules, finite differences": { rtol: 1e-7, atol: 1e-8 },
  "operators, ONNX Runtime and reference": { rtol: 1e-5, atol: 5e-6 },
  "layers, reference and PyTorch": { rtol: 1e-8, atol: 1e-8 },
  "layers, ONNX Runtime and PyTorch": { rtol: 5e-6, atol: 5e-6 },
  "U-Net, reference and PyTorch": { rtol: 1e-8, atol: 1e-8 },
  "U-Net, ONNX Runtime and PyTorch": { rtol: 5e-6, atol: 5e-6 },
  "AdamW, reference and PyTorch": { rtol: 1e-7, atol: 1e-6 },
  "AdamW, ONNX Runtime and PyTorch": { rtol: 1e-6, atol: 1e-6 },
  "training step, ONNX Runtime and reference": { rtol: 1e-5, atol: 1e-8 },
  "detector, ONNX Runtime and reference": { rtol: 1e-5, atol: 3e-6 },
  "detector of network features, ONNX Runtime and reference": { rtol: 1e-5, atol: 6e-6 },
  "noise schedules, NumPy": { rtol: 1e-12, atol: 1e-13 },
};

/**
 * Asserts that two arrays agree within the tolerance of their comparison.
 *
 * With RADAR_NUMERICS naming a file, each call adds to it a line of comparison, worst absolute error, largest share of the
 * tolerance and name of the test, separated by tabs: the measurements of docs/numerics.md.
 */
export function expectWithin(
  comparison: Comparison,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  const tolerance = tolerances[comparison];
  const log = process.env.RADAR_NUMERICS;
  if (log !== undefined) {
    let [absolute, share] = [0, 0];
    for (let i = 0; i < expected.length; i++) {
      const wanted = expected[i] ?? 0;
      const error = Math.abs((actual[i] ?? Number.NaN) - wanted);
      absolute = Math.max(absolute, error);
      share = Math.max(share, error / (tolerance.atol + tolerance.rtol * Math.abs(wanted)));
    }
    appendFileSync(log, `${comparison}\t${absolute}\t${share}\t${expect.getState().currentTestName}\n`);
  }
  expectAllClose(actual, expected, tolerance);
}
