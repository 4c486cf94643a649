/**
 * The program that tries a graphics card: some training steps of a small network on the CPU, the same ones on WebGPU. Its parent is told
 * how far the values are apart and how long a step took on each. Its argument is the side of the pictures in pixels.
 */
import type { NdArray } from "../../base/array.ts";
import { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { noiseSchedule } from "../../diffusion/index.ts";
import { initialValues, UNet } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { noiseObjective, trainStepGraph } from "../../train/index.ts";
import { openStepSession } from "../../train/step-session.ts";
import type { ProbeOutcome } from "./choose-device.ts";

/** As one level of RADAR's network on batches as `fast` has them, with few kinds of operators to compile (ours). */
const unet = {
  baseChannels: 16,
  channelMultipliers: [1],
  blocksPerLevel: 1,
  attentionLevels: [],
  heads: 1,
  groups: 8,
  cellSize: 2,
} as const;
const sidePx = Number(process.argv[2]);
const shape = [8, 3, sidePx, sidePx] as const;

const steps = 4; // the first compiles and takes memory from the system: it is not counted (ours)

type Probed = "cpu" | "webgpu";

/** Seconds of the fastest step after the first, and the losses of all. */
async function stepsOn(device: Probed): Promise<{ readonly seconds: number; readonly values: number[] }> {
  const objective = noiseObjective(new UNet(unet), noiseSchedule("linear"), shape);
  const graph = trainStepGraph(objective, {
    learningRate: 1e-3,
    warmupSteps: 1,
    maxGradientNorm: 1,
    emaDecay: 0.99,
  });
  const random = new Random(0);
  const parameters = initialValues(objective.parameters, random);
  const zeros = (): Float32Array => new Float32Array(parameters.length);
  const size = sizeOf(shape);
  const normals = (): NdArray => ({ dtype: "float32", shape, data: random.normals(size) });
  const timesteps: NdArray = { dtype: "int64", shape: [8], data: new BigInt64Array(8).fill(300n) };
  const batch = { x0: normals(), noise: normals(), timesteps };
  const session = await openStepSession(
    nodeBackend({ device, spin: false }),
    graph,
    { parameters, firstMoment: zeros(), secondMoment: zeros(), average: parameters },
    { next: () => batch, state: () => "", restore: () => {} },
  );
  const values: number[] = [];
  let seconds = Infinity;
  for (let step = 1; step <= steps; step++) {
    const started = performance.now();
    const { loss } = await session.step(step, steps);
    if (step > 1) seconds = Math.min(seconds, (performance.now() - started) / 1000);
    values.push(loss);
  }
  await session.dispose();
  return { seconds, values };
}

async function probe(): Promise<ProbeOutcome> {
  try {
    const cpu = await stepsOn("cpu");
    const webgpu = await stepsOn("webgpu");
    const differences = cpu.values.map((value, i) => Math.abs((webgpu.values[i] ?? Number.NaN) / value - 1));
    return { difference: Math.max(...differences), cpu: cpu.seconds, webgpu: webgpu.seconds };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the parent decides
process.on("disconnect", () => process.exit(1)); // nobody is left to answer
process.send?.(await probe(), undefined, undefined, () => process.exit(0));
