/**
 * Three training steps of a small network on WebGPU and on the CPU, with the state read after the second, as for a checkpoint. A process
 * of its own: where Vulkan's libraries are is read when a process starts. One line of JSON: the largest differences over the largest values.
 */
import { Random } from "../../src/base/random.ts";
import { noiseSchedule } from "../../src/diffusion/index.ts";
import { initialValues, UNet } from "../../src/nn/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { noiseObjective, stateNames, trainStepGraph } from "../../src/train/index.ts";
import { openStepSession } from "../../src/train/step-session.ts";
import { tinyUNet } from "./tiny-unet.ts";

const model = new UNet(tinyUNet);
const shape = [2, 3, 8, 8] as const;
const size = 2 * 3 * 8 * 8;
const objective = noiseObjective(model, noiseSchedule("linear"), shape);
const graph = trainStepGraph(objective, {
  learningRate: 1e-3,
  warmupSteps: 1,
  maxGradientNorm: 1,
  emaDecay: 0.99,
});

async function trained(device: "cpu" | "webgpu"): Promise<Record<string, Float32Array>> {
  const random = new Random(7);
  const parameters = initialValues(objective.parameters, random);
  const zeros = () => new Float32Array(parameters.length);
  const initial = { parameters, firstMoment: zeros(), secondMoment: zeros(), average: parameters };
  const batches = {
    next: () => ({
      x0: { dtype: "float32", shape, data: random.normals(size) } as const,
      noise: { dtype: "float32", shape, data: random.normals(size) } as const,
      timesteps: { dtype: "int64", shape: [2], data: BigInt64Array.of(50n, 700n) } as const,
    }),
    state: () => "",
    restore: () => {},
  };
  const session = await openStepSession(nodeBackend({ device, threads: 1 }), graph, initial, batches);
  const losses: number[] = [];
  for (const step of [1, 2, 3]) {
    losses.push((await session.step(step, 3)).loss);
    if (step === 2) await session.state();
  }
  const state = await session.state();
  await session.dispose();
  return { losses: Float32Array.from(losses), ...state };
}

const [ours, theirs] = [await trained("webgpu"), await trained("cpu")];
const largest = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
const differences = Object.fromEntries(
  ["losses", ...stateNames].map((name) => {
    const expected = theirs[name] ?? new Float32Array();
    const difference = expected.map((value, i) => (ours[name]?.[i] ?? Number.NaN) - value);
    return [name, largest(difference) / largest(expected)];
  }),
);
process.stdout.write(`${JSON.stringify(differences)}\n`);
