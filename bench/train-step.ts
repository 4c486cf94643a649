/** A training step of the benchmark network, interleaved with PyTorch's where that is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NdArray } from "../src/base/array.ts";
import { Random } from "../src/base/random.ts";
import { fixedShape, sizeOf } from "../src/base/shape.ts";
import { noiseSchedule } from "../src/diffusion/index.ts";
import type { Tensor } from "../src/graph/index.ts";
import { defectObjective } from "../src/methods/radar/defect-objective.ts";
import { freezeEncoder } from "../src/methods/radar/frozen-encoder.ts";
import { headStart } from "../src/methods/radar/head-start.ts";
import { resolveRadarOptions, type StartName } from "../src/methods/radar/radar-options.ts";
import { initialValues, parameterCount, UNet } from "../src/nn/index.ts";
import { encodeModel } from "../src/onnx/index.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { nextName, noiseObjective, type Objective, stateNames, trainStepGraph } from "../src/train/index.ts";
import { median, timed } from "./median.ts";
import { countOperations, type Operations } from "./operations.ts";

/** 3.9M parameters: base 32, multipliers 1, 2, 4, two blocks a level, attention at the lowest level. */
const unet = {
  imageChannels: 3,
  baseChannels: 32,
  channelMultipliers: [1, 2, 4],
  blocksPerLevel: 2,
  attentionLevels: [2],
  heads: 4,
  groups: 8,
  cellSize: 1,
};
const batchShape = [8, 3, 64, 64] as const;

/** Seconds a step; the torch figures are null where python3-torch is missing. */
export interface TrainStepFigures extends Operations {
  readonly seconds: number;
  readonly torchSeconds: number | null;
  readonly ratioToTorch: number | null;
  readonly torchVersion: string | null;
  readonly parameters: number;
  readonly graphSeconds: number;
  readonly sessionSeconds: number;
}

/** What {@link startBalancedStep} may change of the default preset. */
export interface BalancedStepOptions {
  readonly threads: number;
  readonly sidePx: number;
  /** Channels of the network's highest level. Default: the preset's, 16. */
  readonly baseChannels?: number;
  /** Images a step. Default: the preset's, 8. */
  readonly batchSize?: number;
  /** What the network begins with: begun from rendered pictures, its encoder stays as it is. Default: "random". */
  readonly start?: StartName;
}

/** A training step that is ready to be run, again and again. */
export interface StartedStep {
  readonly step: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly operations: Operations;
  readonly parameters: number;
  readonly graphSeconds: number;
  readonly sessionSeconds: number;
}

/** The step of the default preset at `sidePx` pixels: median over `rounds` steps; two are made first and not counted. */
export async function measureBalancedStep(options: {
  threads: number;
  rounds: number;
  sidePx: number;
  start: StartName;
}): Promise<Operations & { readonly seconds: number }> {
  const ours = await startBalancedStep(options);
  const seconds: number[] = [];
  for (let i = 0; i < options.rounds + 2; i++) seconds.push(await timed(ours.step));
  await ours.stop();
  return { seconds: median(seconds.slice(2)), ...ours.operations };
}

/** The step of the default preset, for {@link measureBalancedStep} and for measuring several in turns. */
export async function startBalancedStep(options: BalancedStepOptions): Promise<StartedStep> {
  const { sidePx, start = "random" } = options;
  const preset = resolveRadarOptions({ imageSize: sidePx, start }, sidePx);
  const { batchSize = preset.batchSize, baseChannels = preset.unet.baseChannels } = options;
  const model = new UNet({ ...preset.unet, baseChannels, imageChannels: 3, outputChannels: 4 });
  const planted = Math.floor(batchSize / 2);
  const shape = [batchSize, 3, sidePx, sidePx] as const;
  const whole = defectObjective(model, noiseSchedule("linear"), shape, planted);
  const objective = preset.keepsEncoder
    ? freezeEncoder(whole, (await headStart(preset.unet)).parameters).objective
    : whole;
  return startOurs(objective, options.threads);
}

/** Medians over `rounds` steps each, taken in turns; two steps of each are made first and not counted. */
export async function measureTrainStep(options: {
  threads: number;
  rounds: number;
}): Promise<TrainStepFigures> {
  const torch = await startTorch(options.threads);
  const objective = noiseObjective(new UNet(unet), noiseSchedule("linear"), batchShape);
  const ours = await startOurs(objective, options.threads);
  const seconds: number[] = [];
  const torchSeconds: number[] = [];
  for (let i = 0; i < options.rounds + 2; i++) {
    const own = await timed(ours.step);
    const peer = await torch?.step();
    if (i < 2) continue;
    seconds.push(own);
    if (peer !== undefined) torchSeconds.push(peer);
  }
  torch?.stop();
  await ours.stop();
  const own = median(seconds);
  const peer = torchSeconds.length > 0 ? median(torchSeconds) : null;
  return {
    ...ours.operations,
    seconds: own,
    torchSeconds: peer,
    ratioToTorch: peer === null ? null : own / peer,
    torchVersion: torch?.version ?? null,
    parameters: ours.parameters,
    graphSeconds: ours.graphSeconds,
    sessionSeconds: ours.sessionSeconds,
  };
}

async function startOurs(objective: Objective, threads: number): Promise<StartedStep> {
  const begun = performance.now();
  const options = {
    learningRate: 1e-4,
    warmupSteps: 10,
    maxGradientNorm: 1,
    emaDecay: 0.99,
    weightDecay: 0.01,
  };
  const graph = trainStepGraph(objective, options);
  const bytes = encodeModel(graph);
  const built = performance.now();
  const carry = Object.fromEntries(stateNames.map((name) => [name, nextName(name)]));
  const session = await nodeBackend({ threads }).load(bytes, { carry });
  const loaded = performance.now();
  const random = new Random(0);
  const parameters = parameterCount(objective.parameters);
  const vector = (data: Float32Array): NdArray => ({ dtype: "float32", shape: [data.length], data });
  const state = {
    parameters: vector(initialValues(objective.parameters, random)),
    firstMoment: vector(new Float32Array(parameters)),
    secondMoment: vector(new Float32Array(parameters)),
    average: vector(new Float32Array(parameters)),
  };
  let count = 0;
  const batch = Object.fromEntries(
    objective.inputs.map((tensor) => [nameOf(tensor), valuesOf(tensor, random)]),
  );
  const step = async () => {
    const scalar = (value: number): NdArray => ({
      dtype: "float32",
      shape: [],
      data: Float32Array.of(value),
    });
    count++;
    await session.run({
      ...(count === 1 && state),
      ...batch,
      step: scalar(count),
      totalSteps: scalar(1000),
    });
  };
  return {
    step,
    stop: () => session.dispose(),
    operations: countOperations(graph),
    parameters,
    graphSeconds: (built - begun) / 1000,
    sessionSeconds: (loaded - built) / 1000,
  };
}

function nameOf({ producer }: Tensor): string {
  return producer.kind === "input" ? producer.name : "";
}

/** Something to feed: step 300 of all images, normal noise for everything else. */
function valuesOf({ dtype, shape }: Tensor, random: Random): NdArray {
  const extents = fixedShape(shape, "bench");
  const size = sizeOf(extents);
  if (dtype === "int64") return { dtype, shape: extents, data: new BigInt64Array(size).fill(300n) };
  return { dtype: "float32", shape: extents, data: random.normals(size) };
}

async function startTorch(
  threads: number,
): Promise<{ step: () => Promise<number>; stop: () => void; version: string } | null> {
  const python = ["python3", "/usr/bin/python3"].find(
    (command) => spawnSync(command, ["-c", "import torch"]).status === 0,
  );
  if (python === undefined) return null;
  const script = fileURLToPath(new URL("torch_train_step.py", import.meta.url));
  const config = JSON.stringify({ unet, batchShape, threads });
  const child: ChildProcess = spawn(python, [script, config], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done) throw new Error("PyTorch's process ended early.");
    return value;
  };
  const hello: unknown = JSON.parse(await nextLine());
  const version =
    typeof hello === "object" && hello !== null && "version" in hello ? String(hello.version) : "";
  return {
    version,
    step: async () => {
      child.stdin?.write("step\n");
      return Number(await nextLine());
    },
    stop: () => child.kill(),
  };
}
