/** Initial values of parameters. */
import type { Initializer } from "./module.ts";

/** All zeros. */
export const zeros: Initializer = (values) => {
  values.fill(0);
};

/** All ones. */
export const ones: Initializer = (values) => {
  values.fill(1);
};

/**
 * Uniform in ±1/√fanIn: PyTorch's default for weights and biases of linear and convolution layers.
 *
 * @param fanIn - Inputs that one output sums over.
 */
export function uniformFanIn(fanIn: number): Initializer {
  const bound = 1 / Math.sqrt(fanIn);
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
  };
}
