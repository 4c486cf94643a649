import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { bindParameters, initialValues, namedParameters, parameterCount, UNet } from "../../nn/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { atCells, headStart, networkChannels, storedNetwork } from "./head-start.ts";

const side = 8; // of the network's grid

/** What a network of such cells makes of a picture [3, side · cell, side · cell]. */
function outputOf(parameters: Float32Array, cellSize: number, picture: readonly number[]): readonly number[] {
  const network = new UNet({ ...storedNetwork, ...networkChannels, cellSize });
  const x = input("x", "float32", [1, 3, side * cellSize, side * cellSize]);
  const t = input("t", "float32", [1]);
  const [y = x] = bindParameters([network.apply(x, t)], namedParameters(network), parameters);
  const graph = buildGraph({ name: "network", inputs: [x, t], outputs: { y } });
  const feeds = { x: reference([1, 3, side * cellSize, side * cellSize], picture), t: reference([1], [50]) };
  return Array.from(evaluateGraph(graph, feeds).y?.data ?? []);
}

/** Each pixel of planes of that side as four equal ones. */
function enlarged(values: readonly number[], from: number): number[] {
  const to = 2 * from;
  return Array.from({ length: 4 * values.length }, (_, i) => {
    const [plane, row, column] = [Math.floor(i / to ** 2), Math.floor(i / to) % to, i % to];
    return values[(plane * from + (row >> 1)) * from + (column >> 1)] ?? Number.NaN;
  });
}

function randomParameters(): Float32Array {
  const own = namedParameters(new UNet({ ...storedNetwork, ...networkChannels }));
  const values = initialValues(own, new Random(1));
  const random = new Random(2);
  return values.map((value) => value + 0.02 * random.normal());
}

/** The same without the last convolution's own sight of the cells, which smaller ones do not have. */
function blindToCells(parameters: Float32Array): Float32Array {
  const blind = parameters.slice();
  let start = 0;
  for (const { name, parameter } of namedParameters(new UNet({ ...storedNetwork, ...networkChannels }))) {
    const [outputs = 0, inputs = 0, ...kernel] = parameter.shape.map(Number);
    const size = kernel.reduce((product, extent) => product * extent, 1);
    if (name === "head.weight") {
      for (let i = 0; i < outputs * inputs; i++) {
        if (i % inputs >= 16) blind.fill(0, start + i * size, start + (i + 1) * size);
      }
    }
    start += outputs * Math.max(1, inputs) * size;
  }
  expect(start).toBe(blind.length);
  return blind;
}

test("with its own cells it stays as it is", () => {
  const parameters = randomParameters();
  expect(Buffer.from(atCells(parameters, 2).buffer).equals(Buffer.from(parameters.buffer))).toBe(true);
});

test("with cells of 1 each pixel stands for four equal ones", () => {
  const parameters = blindToCells(randomParameters());
  const picture = Array.from(new Random(3).normals(3 * side ** 2));
  const small = outputOf(atCells(parameters, 1), 1, picture);
  const large = outputOf(parameters, 2, enlarged(picture, side));
  const means = small.map((_, i) => {
    const [plane, row, column] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const at = (dy: number, dx: number) =>
      large[(plane * 2 * side + 2 * row + dy) * 2 * side + 2 * column + dx] ?? 0;
    return (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
  });
  expectAllClose(small, means, { atol: 1e-5 });
});

test("with cells of 4 a picture twice as large is seen as the smaller one", () => {
  const parameters = randomParameters();
  const picture = Array.from(new Random(4).normals(3 * (2 * side) ** 2));
  const large = outputOf(atCells(parameters, 4), 4, enlarged(picture, 2 * side));
  expectAllClose(large, enlarged(outputOf(parameters, 2, picture), 2 * side), { atol: 1e-5 });
});

test("what is stored fits the network and is a version of its own", async () => {
  const { parameters, version } = await headStart(storedNetwork);
  expect(parameters.length).toBe(
    parameterCount(namedParameters(new UNet({ ...storedNetwork, ...networkChannels }))),
  );
  expect(parameters.every(Number.isFinite)).toBe(true);
  expect(parameters.some((value) => Math.abs(value) > 0.1)).toBe(true);
  expect(version).toMatch(/^[\da-f]{16}$/);
});

test("a network of other widths cannot begin with them", async () => {
  await expect(headStart({ ...storedNetwork, baseChannels: 8 })).rejects.toThrow(
    'start: expected "random" for a network whose baseChannels is not 16, got "rendered". Begin it at random.',
  );
  await expect(headStart({ ...storedNetwork, channelMultipliers: [1, 2] })).rejects.toThrow(
    "whose channelMultipliers is not 1,2,4,4",
  );
});
