import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { hostArray, reference, runOnce } from "../../../test/support/run-graph.ts";
import { tinyUNet } from "../../../test/support/tiny-unet.ts";
import { Random } from "../../base/random.ts";
import { namedParameters, parameterCount, UNet } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { observationGraph } from "./radar-network.ts";
import type { Readout } from "./readout.ts";
import { readouts } from "./readouts.ts";

const size = 16;
const unet = new UNet(tinyUNet);
const parameters = new Random(3).normals(parameterCount(namedParameters(unet))).map((value) => 0.2 * value);
const pictures = Float64Array.from({ length: 2 * size * size * 3 }, (_, i) => (i * 37) % 251);

/** What a readout sees of two pictures. */
async function observed(
  changes: Partial<Readout>,
  patchSizePx = size,
  { readsGrey = false, data = pictures } = {},
): Promise<number[]> {
  const readout = { ...readouts.mismatch, ...changes };
  const graph = observationGraph({
    unet,
    parameters,
    imageSizePx: size,
    patchSizePx,
    readout,
    readsGrey,
    random: new Random(1),
  });
  const image = reference([2, size, size, 3], data, "uint8");
  expect(hostArray(image).dtype).toBe("uint8");
  const { observation } = await runOnce(nodeBackend({ threads: 1 }), graph, { image });
  expect(observation?.shape).toEqual([2, 3, size, size]);
  return Array.from(observation?.data ?? [], Number);
}

const noise: Readout["observe"] = (output) => ({ observation: output.noise });
const mismatch: Readout["observe"] = (output) => ({ observation: output.mismatch });

test("several steps in one batched call give the mean of the calls, in stitched patches too", async () => {
  for (const patchSizePx of [size, 8]) {
    const call = (timesteps: number[]) =>
      observed({ timesteps, addsNoise: false, observe: noise }, patchSizePx);
    const [first, second] = [await call([10]), await call([300])];
    expect(first).not.toEqual(second);
    const mean = first.map((value, i) => (value + (second[i] ?? 0)) / 2);
    expectAllClose(await call([10, 300]), mean, { rtol: 1e-4, atol: 1e-4 });
  }
});

test("the mismatch is the predicted noise without what was added; each draw is another", async () => {
  const one = { timesteps: [50], addsNoise: true };
  const [predicted, without] = [
    await observed({ ...one, observe: noise }),
    await observed({ ...one, observe: mismatch }),
  ];
  const added = predicted.map((value, i) => value - (without[i] ?? 0));
  const plane = 3 * size * size;
  expectAllClose(added.slice(0, plane), added.slice(plane), { atol: 1e-4 }); // of both pictures the same
  const variance = added.reduce((sum, value) => sum + value ** 2, 0) / added.length;
  expect(variance).toBeGreaterThan(0.8);
  expect(variance).toBeLessThan(1.2);
  const two = { timesteps: [50, 50], addsNoise: true };
  const [both, less] = [
    await observed({ ...two, observe: noise }),
    await observed({ ...two, observe: mismatch }),
  ];
  const mean = both.map((value, i) => value - (less[i] ?? 0));
  const halved = mean.reduce((sum, value) => sum + value ** 2, 0) / mean.length;
  expect(halved / variance).toBeGreaterThan(0.4);
  expect(halved / variance).toBeLessThan(0.6);
});

test("without added noise the mismatch is the predicted noise", async () => {
  const scaled = { timesteps: [20], addsNoise: false };
  expect(await observed({ ...scaled, observe: mismatch })).toEqual(
    await observed({ ...scaled, observe: noise }),
  );
});

test("the network sees pictures without colour as it does those of three channels, read as one", async () => {
  const data = pictures.map((_, i) => (Math.floor(i / 3) * 37) % 251);
  const call = { timesteps: [50], addsNoise: false, observe: noise };
  for (const patchSizePx of [size, 8]) {
    const three = await observed(call, patchSizePx, { data });
    const one = await observed(call, patchSizePx, { data, readsGrey: true });
    expectAllClose(one, three, { rtol: 1e-5, atol: 1e-5 });
  }
});
