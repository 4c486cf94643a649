/** How many operators the default training step has: each is a launch, on a GPU above all. */
import { readFileSync } from "node:fs";
import { InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { noiseSchedule } from "../../src/diffusion/index.ts";
import { defectObjective } from "../../src/methods/radar/defect-objective.ts";
import { resolveRadarOptions } from "../../src/methods/radar/radar-options.ts";
import { UNet } from "../../src/nn/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { trainStepGraph } from "../../src/train/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();

test("the training step of the default preset is at most 2 380 operators once ONNX Runtime has optimised it", async () => {
  const { unet, batchSize, learningRate } = resolveRadarOptions({}, 256);
  const model = new UNet({ ...unet, imageChannels: 3, outputChannels: 4 });
  const objective = defectObjective(model, noiseSchedule("linear"), [batchSize, 3, 256, 256], batchSize / 2);
  const step = { learningRate, warmupSteps: 30, maxGradientNorm: 1, emaDecay: 0.99, weightDecay: 0.01 };
  const optimised = folder.at("step.onnx");
  const session = await InferenceSession.create(encodeModel(trainStepGraph(objective, step)), {
    graphOptimizationLevel: "all",
    optimizedModelFilePath: optimised,
    logSeverityLevel: 3,
  });
  await session.release();
  const { operators } = decodeModel(new Uint8Array(readFileSync(optimised)));
  const count = Object.values(operators).reduce((sum, number) => sum + number, 0);
  expect(count).toBeLessThanOrEqual(2380);
  expect(operators.FusedMatMul).toBeLessThanOrEqual(200);
});
