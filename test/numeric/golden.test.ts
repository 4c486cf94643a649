/** Convolution, group normalisation, attention and the U-Net against PyTorch in float64: test/golden/network.json. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ndArray } from "../../src/base/array.ts";
import {
  buildGraph,
  constant,
  conv2d,
  type Graph,
  gradient,
  input,
  mul,
  reduceSum,
  type Tensor,
} from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import { Autoencoder } from "../../src/methods/networks/autoencoder.ts";
import type { ConvCoderOptions } from "../../src/methods/networks/conv-coder.ts";
import {
  bindParameters,
  GroupNorm,
  namedParameters,
  SelfAttention,
  UNet,
  type UNetOptions,
} from "../../src/nn/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { evaluateGraph } from "../../src/runtime/reference.ts";
import { meanSquaredError } from "../../src/train/index.ts";
import { reference, runOnce } from "../support/run-graph.ts";
import { type Comparison, expectWithin } from "../support/tolerances.ts";
import { wave, weightWave } from "../support/wave.ts";

interface Gradients {
  y: number[];
  gradients: Record<string, number[]>;
}

interface Golden {
  convolutions: (Gradients & {
    name: string;
    x: number[];
    weight: number[];
    shape: number[];
    stride: number;
    padding: number;
  })[];
  groupNorms: (Gradients & { x: number[]; groups: number })[];
  attentions: (Gradients & { x: number[]; heads: number; groups: number })[];
  autoencoders: (Gradients & { x: number[]; options: ConvCoderOptions })[];
  unets: {
    name: string;
    x: [number, number, number, number];
    timesteps: number[];
    options: UNetOptions;
    y: number[];
    loss: number;
    parameters: { name: string; shape: number[]; norm: number; entries: number[] }[];
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../golden/network.json", import.meta.url), "utf8"));
const backend = nodeBackend({ threads: 1 });

/** Every output of the graph by both executors, as plain numbers. */
async function runBoth(
  graph: Graph,
  feeds: Record<string, Reference>,
): Promise<Record<"reference" | "ONNX Runtime", Record<string, number[]>>> {
  const exact = evaluateGraph(graph, feeds);
  const actual = await runOnce(backend, graph, feeds);
  const numbers = (results: Record<string, { data: Iterable<number | bigint> }>) =>
    Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]));
  return { reference: numbers(exact), "ONNX Runtime": numbers(actual) };
}

/** Σ cotangent · y, so that its gradient is that of an arbitrary loss. */
function weightedSum(y: Tensor): Tensor {
  const shape = y.shape.map(Number);
  return reduceSum(mul(y, constant(ndArray("float32", shape, wave("cotangent", shape)))), {
    keepDims: false,
  });
}

/** Checks y and the gradients of the weighted sum with respect to `tensors`, whose values are `feeds`. */
async function expectGolden(
  graph: Graph,
  feeds: Record<string, Reference>,
  golden: Gradients,
): Promise<void> {
  const results = await runBoth(graph, feeds);
  for (const executor of ["reference", "ONNX Runtime"] as const) {
    const { y = [], ...gradients } = results[executor];
    const comparison: Comparison = `layers, ${executor} and PyTorch`;
    expectWithin(comparison, y, golden.y);
    expect(Object.keys(gradients)).toEqual(Object.keys(golden.gradients));
    for (const [name, values] of Object.entries(golden.gradients)) {
      expectWithin(comparison, gradients[name] ?? [], values);
    }
  }
}

/** The graph of a layer with its parameters bound: outputs y, ∂x and one gradient a parameter. */
function layerGraph(layer: { apply(x: Tensor): Tensor }, shape: number[]): Graph {
  const x = input("image", "float32", shape);
  const y = layer.apply(x);
  const parameters = namedParameters(layer);
  const slopes = gradient(weightedSum(y), [x, ...parameters.map(({ parameter }) => parameter)]);
  const bound = bindParameters([y, ...slopes], parameters, flatWeights(layer));
  const names = ["y", "x", ...parameters.map(({ name }) => name)];
  const outputs = Object.fromEntries(bound.map((tensor, i) => [names[i] ?? "", tensor]));
  return buildGraph({ name: "layer", inputs: [x], outputs });
}

function flatWeights(module: object): Float32Array {
  return Float32Array.from(
    namedParameters(module).flatMap(({ name, parameter }) => Array.from(weightWave(name, parameter.shape))),
  );
}

describe("PyTorch agrees on the output and all gradients", () => {
  test.each(golden.convolutions)("of a convolution $name", async (golden) => {
    const { stride, padding } = golden;
    const shapes = { x: golden.x, weight: golden.weight, bias: golden.weight.slice(0, 1) };
    const [x, w, bias] = [
      input("image", "float32", shapes.x),
      input("kernel", "float32", shapes.weight),
      input("offset", "float32", shapes.bias),
    ];
    const y = conv2d(x, w, { bias, stride, padding });
    expect(y.shape).toEqual(golden.shape);
    const [dx, dw, db] = gradient(weightedSum(y), [x, w, bias]) as [Tensor, Tensor, Tensor];
    const graph = buildGraph({
      name: "convolution",
      inputs: [x, w, bias],
      outputs: { y, x: dx, weight: dw, bias: db },
    });
    const feeds = {
      image: reference(shapes.x, wave("x", shapes.x)),
      kernel: reference(shapes.weight, wave("weight", shapes.weight)),
      offset: reference(shapes.bias, wave("bias", shapes.bias)),
    };
    await expectGolden(graph, feeds, golden);
  });

  test.each(golden.groupNorms)("of a group normalisation with $groups groups", async (golden) => {
    const layer = new GroupNorm(golden.groups, golden.x[1] ?? 0);
    await expectGolden(
      layerGraph(layer, golden.x),
      { image: reference(golden.x, wave("x", golden.x)) },
      golden,
    );
  });

  test.each(golden.attentions)("of self-attention with $heads heads", async (golden) => {
    const layer = new SelfAttention(golden.x[1] ?? 0, golden);
    await expectGolden(
      layerGraph(layer, golden.x),
      { image: reference(golden.x, wave("x", golden.x)) },
      golden,
    );
  });

  test.each(golden.autoencoders)("of an autoencoder with $options.groups groups", async (golden) => {
    const model = new Autoencoder(golden.options);
    const layer = { ...model, apply: (x: Tensor) => model.reconstruct(x) };
    await expectGolden(
      layerGraph(layer, golden.x),
      { image: reference(golden.x, wave("x", golden.x)) },
      golden,
    );
  });
});

describe.each(golden.unets)("PyTorch agrees on a U-Net with $name", (golden) => {
  const model = new UNet(golden.options);
  const parameters = namedParameters(model);

  test("on the names, shapes and order of the parameters", () => {
    expect(parameters.map(({ name, parameter }) => ({ name, shape: parameter.shape }))).toEqual(
      golden.parameters.map(({ name, shape }) => ({ name, shape })),
    );
  });

  test("on the predicted noise, the loss and its gradients", async () => {
    const x = input("x", "float32", golden.x);
    const t = input("t", "float32", [golden.timesteps.length]);
    const y = model.apply(x, t);
    const noise = constant(ndArray("float32", golden.x, wave("noise", golden.x)));
    const loss = meanSquaredError(y, noise);
    const slopes = gradient(
      loss,
      parameters.map(({ parameter }) => parameter),
    );
    const [boundY, boundLoss, ...bound] = bindParameters(
      [y, loss, ...slopes],
      parameters,
      flatWeights(model),
    );
    const outputs = Object.fromEntries(bound.map((tensor, i) => [parameters[i]?.name ?? "", tensor]));
    const graph = buildGraph({
      name: "unet",
      inputs: [x, t],
      outputs: { y: boundY ?? y, loss: boundLoss ?? loss, ...outputs },
    });
    const results = await runBoth(graph, {
      x: reference(golden.x, wave("x", golden.x)),
      t: reference([golden.timesteps.length], golden.timesteps),
    });
    for (const executor of ["reference", "ONNX Runtime"] as const) {
      const { y = [], loss = [], ...gradients } = results[executor];
      const comparison: Comparison = `U-Net, ${executor} and PyTorch`;
      expectWithin(comparison, y, golden.y);
      expectWithin(comparison, loss, [golden.loss]);
      for (const { name, norm, entries } of golden.parameters) {
        const values = gradients[name] ?? [];
        const step = Math.max(1, Math.floor(values.length / 6));
        const chosen = values.filter((_, i) => i % step === 0).slice(0, 6);
        expectWithin(comparison, [Math.hypot(...values), ...chosen], [norm, ...entries]);
      }
    }
  });
});
