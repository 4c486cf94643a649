/** How many operators the default training step has: each is a launch, on a GPU above all. */
import { readFileSync } from "node:fs";
import { InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { noiseSchedule } from "../../src/diffusion/index.ts";
import { defectObjective } from "../../src/methods/radar/defect-objective.ts";
import { freezeEncoder } from "../../src/methods/radar/frozen-encoder.ts";
import { headStart } from "../../src/methods/radar/head-start.ts";
import { resolveRadarOptions } from "../../src/methods/radar/radar-options.ts";
import { UNet } from "../../src/nn/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { type Objective, trainStepGraph } from "../../src/train/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();

const { unet, batchSize, learningRate } = resolveRadarOptions({}, 256);
const model = new UNet({ ...unet, imageChannels: 3, outputChannels: 4 });
const whole = defectObjective(model, noiseSchedule("linear"), [batchSize, 3, 256, 256], batchSize / 2);

/** Operators of the step by name, once ONNX Runtime has optimised it. */
async function operatorsOf(objective: Objective): Promise<Readonly<Record<string, number>>> {
  const step = { learningRate, warmupSteps: 30, maxGradientNorm: 1, emaDecay: 0.99, weightDecay: 0.01 };
  const optimised = folder.at("step.onnx");
  const session = await InferenceSession.create(encodeModel(trainStepGraph(objective, step)), {
    graphOptimizationLevel: "all",
    optimizedModelFilePath: optimised,
    logSeverityLevel: 3,
  });
  await session.release();
  return decodeModel(new Uint8Array(readFileSync(optimised))).operators;
}

function total(operators: Readonly<Record<string, number>>): number {
  return Object.values(operators).reduce((sum, number) => sum + number, 0);
}

test("the training step of the default network is at most 1 790 operators", async () => {
  const operators = await operatorsOf(whole);
  expect(total(operators)).toBeLessThanOrEqual(1790);
  expect(operators.FusedMatMul).toBeLessThanOrEqual(150);
});

test("the step that leaves its encoder as it is has at most 1 290", async () => {
  const { parameters } = await headStart(unet);
  const operators = await operatorsOf(freezeEncoder(whole, parameters).objective);
  expect(total(operators)).toBeGreaterThan(500);
  expect(total(operators)).toBeLessThanOrEqual(1290);
});
