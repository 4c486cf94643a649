import { describe, expect, test } from "vitest";
import {
  batchSize,
  initial,
  last,
  PlaneBatches,
  type Run,
  stepOf,
  trainPlane,
} from "../../test/support/plane-training.ts";
import type { BatchSource, TrainingLoopOptions } from "./index.ts";

describe("a training of so many steps", () => {
  test("reports every step with its place, loss, terms and time", async () => {
    const { progress, result, backend } = await trainPlane({ length: { steps: 4 } });
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(progress.map(({ stepsOfRun }) => stepsOfRun)).toEqual([1, 2, 3, 4]);
    expect(progress.map(({ totalSteps }) => totalSteps)).toEqual([4, 4, 4, 4]);
    expect(progress.map(({ seconds }) => seconds)).toEqual([0.5, 1, 1.5, 2]);
    expect(result?.steps).toBe(4);
    expect(backend.runs).toBe(4);
    const batches = new PlaneBatches();
    for (const { loss, terms } of progress) {
      const targets = Array.from(batches.next().y?.data ?? [], Number);
      expect(terms.meanTarget).toBeCloseTo(targets.reduce((sum, value) => sum + value, 0) / batchSize, 6);
      expect(loss).toBeGreaterThan(0);
    }
  });

  test("lowers the loss and finds the plane", async () => {
    const { progress, result } = await trainPlane({ length: { steps: 150 } });
    expect(last(progress).loss).toBeLessThan(1e-3 * (progress[0]?.loss ?? 0));
    const [a = 0, b = 0, offset = 0] = result?.average ?? [];
    expect(a).toBeCloseTo(2, 1);
    expect(b).toBeCloseTo(-1, 1);
    expect(offset).toBeCloseTo(1, 1);
  });

  test("ends with the mean loss of its last fifty steps", async () => {
    const { progress, result } = await trainPlane({ length: { steps: 60 } });
    const losses = progress.slice(-50).map(({ loss }) => loss);
    expect(result?.finalLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 50, 12);
    const short = await trainPlane({ length: { steps: 2 } });
    const both = short.progress.map(({ loss }) => loss);
    expect(short.result?.finalLoss).toBe(((both[0] ?? 0) + (both[1] ?? 0)) / 2);
  });

  test("does not write to the parameters it was given", async () => {
    const given = initial.slice();
    await trainPlane({ initial: given });
    expect(given).toEqual(initial);
  });

  test("saves a checkpoint after every so many steps, with the caller's text", async () => {
    const { saved } = await trainPlane({ checkpointEvery: 4, metadata: { options: "mine" } });
    expect(saved.map(stepOf)).toEqual([4, 8]);
    expect(saved.map(({ metadata }) => metadata.options)).toEqual(["mine", "mine"]);
  });

  test("saves a checkpoint after ten seconds unless told otherwise, then when saving has cost less than a hundredth", async () => {
    // A step and a saving take half a second each by this clock: after one saving the next is due 50 s later.
    const { saved } = await trainPlane({ length: { steps: 205 } });
    expect(saved.map(stepOf)).toEqual([20, 120]);
  });

  test.each([
    [0, "0"],
    [2.5, "2.5"],
    [Number.NaN, "NaN"],
  ])("of %s steps is refused before a model is loaded", async (steps, got) => {
    const { error, backend } = await trainPlane({ length: { steps } });
    expect(error).toMatchObject({
      code: "E_OPTION",
      message: `steps: expected an integer >= 1, got ${got}.`,
    });
    expect(backend.loads).toBe(0);
  });
});

describe("a training that is stopped", () => {
  /** Stops the training from within the report of a step. */
  async function stoppedAt(step: number, options: Partial<TrainingLoopOptions> = {}): Promise<Run> {
    const controller = new AbortController();
    return trainPlane({
      ...options,
      signal: controller.signal,
      onProgress: (line) => {
        if (line.step === step) controller.abort();
      },
    });
  }

  test("makes no further step, saves a checkpoint and says so", async () => {
    const { error, saved, backend } = await stoppedAt(4);
    expect(error).toMatchObject({
      name: "AbortError",
      code: "E_ABORTED",
      message: "training: stopped after step 4 of 10. A checkpoint is saved; go on with `resume`.",
    });
    expect(saved.map(stepOf)).toEqual([4]);
    expect([backend.runs, backend.open]).toEqual([4, 0]);
  });

  test("goes on from that checkpoint to the bits of one never stopped", async () => {
    const { saved } = await stoppedAt(4);
    const resumed = await trainPlane({ resume: last(saved) });
    expect(resumed.result).toEqual((await trainPlane()).result);
  });

  test("does not speak of a checkpoint where none can be saved", async () => {
    const { error, saved } = await stoppedAt(4, { saveCheckpoint: undefined });
    expect(error).toMatchObject({
      code: "E_ABORTED",
      message: "training: stopped after step 4 of 10.",
    });
    expect(saved).toEqual([]);
  });

  test("before its first step saves where it began", async () => {
    const { error, saved, backend } = await trainPlane({ signal: AbortSignal.abort() });
    expect(error).toMatchObject({
      code: "E_ABORTED",
      message: "training: stopped after step 0 of 10. A checkpoint is saved; go on with `resume`.",
    });
    expect(saved.map(stepOf)).toEqual([0]);
    expect([backend.runs, backend.open]).toEqual([0, 0]);
  });

  test("after its last step is finished", async () => {
    const { result, error } = await stoppedAt(10);
    expect(error).toBeUndefined();
    expect(result?.steps).toBe(10);
  });
});

describe("a training that diverges", () => {
  test("names the step and keeps the last good checkpoint", async () => {
    const { error, saved, progress, backend } = await trainPlane({
      batches: new PlaneBatches(6),
      checkpointEvery: 2,
    });
    expect(error).toMatchObject({
      name: "TrainingError",
      code: "E_DIVERGED",
      message:
        "training: expected a finite loss, got NaN (gradient norm NaN) at step 6. The last checkpoint is kept; use a lower learning rate.",
    });
    expect(saved.map(stepOf)).toEqual([2, 4]);
    for (const { tensors } of saved) {
      for (const values of Object.values(tensors)) expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(last(progress).step).toBe(5);
    expect(backend.open).toBe(0);
  });

  test("at its first step saves nothing", async () => {
    const { error, saved, progress } = await trainPlane({ batches: new PlaneBatches(1), checkpointEvery: 1 });
    expect(error).toMatchObject({ code: "E_DIVERGED", message: expect.stringContaining("at step 1.") });
    expect([saved, progress]).toEqual([[], []]);
  });
});

describe("a training of so many minutes", () => {
  const quarter = { minutes: 0.25 }; // 15 s: thirty steps of the clock's half seconds

  test("makes the steps that fit, as fast as the first six were", async () => {
    const { progress, result } = await trainPlane({ length: quarter });
    expect(result?.steps).toBe(30);
    expect(progress.map(({ totalSteps }) => totalSteps)).toEqual([
      ...Array.from({ length: 5 }, () => 1000),
      ...Array.from({ length: 25 }, () => 30),
    ]);
  });

  test("that are over before the first six steps ends after those", async () => {
    const { result } = await trainPlane({ length: { minutes: 0.001 } });
    expect(result?.steps).toBe(6);
  });

  test("keeps its number of steps when resumed, on a faster machine too", async () => {
    const whole = await trainPlane({ length: quarter, checkpointEvery: 10 });
    let readings = 0;
    const resumed = await trainPlane({
      length: quarter,
      resume: whole.saved[0],
      now: () => 0.1 * readings++,
    });
    expect(resumed.result).toEqual(whole.result);
  });

  test("resumed before its speed was known measures it then", async () => {
    const whole = await trainPlane({ length: quarter, checkpointEvery: 4 });
    const resumed = await trainPlane({ length: quarter, resume: whole.saved[0] });
    expect(resumed.result).toEqual(whole.result);
  });
});

describe("the session is disposed of", () => {
  test("when the training ends", async () => {
    const { backend } = await trainPlane();
    expect([backend.loads, backend.disposals]).toEqual([1, 1]);
  });

  test("when a checkpoint cannot be saved, and the reason is passed on", async () => {
    const full = new Error("no space left");
    const { error, backend } = await trainPlane({
      checkpointEvery: 2,
      saveCheckpoint: () => Promise.reject(full),
    });
    expect(error).toBe(full);
    expect([backend.runs, backend.loads, backend.disposals]).toEqual([2, 1, 1]);
  });

  test("when the listener throws", async () => {
    const mine = new Error("listener");
    const { error, backend } = await trainPlane({
      onProgress: () => {
        throw mine;
      },
    });
    expect(error).toBe(mine);
    expect([backend.runs, backend.loads, backend.disposals]).toEqual([1, 1, 1]);
  });

  test("when the runtime refuses the feeds", async () => {
    const empty: BatchSource = { next: () => ({}), state: () => "", restore: () => undefined };
    const { error, backend } = await trainPlane({ batches: empty });
    expect(error).toMatchObject({ code: "E_BACKEND" });
    expect([backend.loads, backend.disposals]).toEqual([1, 1]);
  });
});
