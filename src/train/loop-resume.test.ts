import { describe, expect, test } from "vitest";
import { last, PlaneBatches, stepOf, trainPlane } from "../../test/support/plane-training.ts";
import type { Checkpoint } from "./index.ts";

describe("a training resumed from a checkpoint", () => {
  test.each([1, 3, 9])("of step %i ends with the bits of one never stopped", async (step) => {
    const whole = await trainPlane({ checkpointEvery: step });
    const [checkpoint] = whole.saved;
    expect(stepOf(checkpoint)).toBe(step);
    const resumed = await trainPlane({ resume: checkpoint });
    expect(resumed.result).toEqual(whole.result);
    expect(resumed.progress.map((line) => line.loss)).toEqual(
      whole.progress.slice(step).map((line) => line.loss),
    );
  });

  test("counts its own steps apart from all", async () => {
    const { saved } = await trainPlane({ checkpointEvery: 7 });
    const { progress, result, backend } = await trainPlane({ resume: saved[0] });
    expect(progress.map(({ step, stepsOfRun }) => [step, stepsOfRun])).toEqual([
      [8, 1],
      [9, 2],
      [10, 3],
    ]);
    expect(result?.steps).toBe(10);
    expect(backend.runs).toBe(3);
  });

  test("leaves the checkpoint as it was", async () => {
    const { saved } = await trainPlane({ checkpointEvery: 7 });
    const checkpoint = last(saved);
    const copy = structuredClone(checkpoint);
    await trainPlane({ resume: checkpoint });
    expect(checkpoint).toEqual(copy);
  });

  test("that had made its last step gives the finished result without another", async () => {
    const whole = await trainPlane({ checkpointEvery: 10 });
    const resumed = await trainPlane({ resume: last(whole.saved) });
    expect(resumed.result).toEqual(whole.result);
    expect(resumed.backend.runs).toBe(0);
  });
});

describe("a checkpoint that is not of this training is refused with E_CHECKPOINT", () => {
  const tensors = {
    parameters: new Float32Array(3),
    firstMoment: new Float32Array(3),
    secondMoment: new Float32Array(3),
    average: new Float32Array(3),
  };
  const batches = new PlaneBatches().state();
  const position = JSON.stringify({ step: 2, totalSteps: 10, losses: [1, 1] });
  const { average: _, ...withoutAverage } = tensors;
  const otherSize =
    "checkpoint: expected 3 values of parameters, got 5. Resume with the options it was started with.";
  const noAverage =
    "checkpoint: expected 3 values of average, got none. Resume with the options it was started with.";
  const noPosition =
    "checkpoint: expected its position in the training, got none. Train again without `resume`.";

  test("a complete one is not", async () => {
    const { result, error } = await trainPlane({ resume: { tensors, metadata: { batches, position } } });
    expect(error).toBeUndefined();
    expect(result?.steps).toBe(10);
  });

  test.each<[string, Checkpoint, string]>([
    [
      "of a network of another size",
      { tensors: { ...tensors, parameters: new Float32Array(5) }, metadata: { batches, position } },
      otherSize,
    ],
    ["without the average", { tensors: withoutAverage, metadata: { batches, position } }, noAverage],
    ["without a position", { tensors, metadata: { batches } }, noPosition],
    ["with a position that is no JSON", { tensors, metadata: { batches, position: '{"step":' } }, noPosition],
    ["with a position that is null", { tensors, metadata: { batches, position: "null" } }, noPosition],
    [
      "with a position of half steps",
      { tensors, metadata: { batches, position: '{"step":1.5,"totalSteps":10,"losses":[]}' } },
      noPosition,
    ],
    [
      "with a position without losses",
      { tensors, metadata: { batches, position: '{"step":1,"totalSteps":10}' } },
      noPosition,
    ],
  ])("one %s", async (_name, resume, message) => {
    const { error, backend } = await trainPlane({ resume });
    expect(error).toMatchObject({ name: "TrainingError", code: "E_CHECKPOINT", message });
    expect(backend.loads).toBe(0);
  });
});
