/** A training of seconds for tests of the loop: the plane through random points, by linear regression. */
import { expect } from "vitest";
import { float32Array } from "../../src/base/array.ts";
import { Random } from "../../src/base/random.ts";
import { input, reduceMean } from "../../src/graph/index.ts";
import { initialValues, Linear, namedParameters } from "../../src/nn/index.ts";
import type { Feeds } from "../../src/runtime/backend.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import {
  type BatchSource,
  type Checkpoint,
  decodeCheckpoint,
  meanSquaredError,
  type Objective,
  runTraining,
  type TrainingLoopOptions,
  type TrainingProgress,
  type TrainingResult,
  trainStepGraph,
} from "../../src/train/index.ts";
import { CountingBackend } from "./counting-backend.ts";

/** Points a step. */
export const batchSize = 8;
const layer = new Linear(2, 1);
const x = input("x", "float32", [batchSize, 2]);
const y = input("y", "float32", [batchSize, 1]);
const objective: Objective = {
  parameters: namedParameters(layer),
  loss: meanSquaredError(layer.apply(x), y),
  terms: { meanTarget: reduceMean(y, { keepDims: false }) },
  inputs: [x, y],
};
const graph = trainStepGraph(objective, {
  learningRate: 0.1,
  warmupSteps: 3,
  maxGradientNorm: 10,
  emaDecay: 0.9,
  weightDecay: 0,
});
/** Weights and offset to begin with. */
export const initial: Float32Array = initialValues(objective.parameters, new Random(1));
const real = nodeBackend({ threads: 1 });

/** Points of the plane y = 2a - b + 1; at the step `nanAt` the target is no number. */
export class PlaneBatches implements BatchSource {
  #random = new Random(2);
  #step = 0;
  readonly #nanAt: number | undefined;

  constructor(nanAt?: number) {
    this.#nanAt = nanAt;
  }

  next(): Feeds {
    this.#step++;
    const points = this.#random.normals(2 * batchSize);
    const targets = Array.from(
      { length: batchSize },
      (_, i) => 2 * (points[2 * i] ?? 0) - (points[2 * i + 1] ?? 0) + 1,
    );
    if (this.#step === this.#nanAt) targets[0] = Number.NaN;
    return { x: float32Array([batchSize, 2], points), y: float32Array([batchSize, 1], targets) };
  }

  state(): string {
    return JSON.stringify({ random: this.#random.state(), step: this.#step });
  }

  restore(state: string): void {
    const { random, step }: { random: number[]; step: number } = JSON.parse(state);
    this.#random = Random.fromState(random);
    this.#step = step;
  }
}

/** A training with everything it said, saved and left open. */
export interface Run {
  readonly result: TrainingResult | undefined;
  readonly error: unknown;
  readonly progress: readonly TrainingProgress[];
  readonly saved: readonly Checkpoint[];
  readonly backend: CountingBackend;
}

/** Each reading of the clock is half a second later. */
function halfSecondClock(): () => number {
  let readings = 0;
  return () => 100 + 0.5 * readings++;
}

/** Runs `runTraining` on the plane, ten steps unless told otherwise; never throws. */
export async function trainPlane(options: Partial<TrainingLoopOptions> = {}): Promise<Run> {
  const backend = new CountingBackend(real);
  const progress: TrainingProgress[] = [];
  const saved: Checkpoint[] = [];
  let result: TrainingResult | undefined;
  let error: unknown;
  try {
    result = await runTraining({
      backend,
      graph,
      initial,
      batches: new PlaneBatches(),
      length: { steps: 10 },
      now: halfSecondClock(),
      saveCheckpoint: async (bytes) => {
        saved.push(decodeCheckpoint(bytes));
      },
      ...options,
      onProgress: (step) => {
        progress.push(step);
        options.onProgress?.(step);
      },
    });
  } catch (reason) {
    error = reason;
  }
  return { result, error, progress, saved, backend };
}

/** The step a checkpoint was saved after. */
export function stepOf(checkpoint: Checkpoint | undefined): number {
  const { step }: { step: number } = JSON.parse(checkpoint?.metadata.position ?? "{}");
  return step;
}

/** The last of at least one. */
export function last<T>(items: readonly T[]): T {
  return items.at(-1) ?? expect.fail("expected at least one item");
}
