import { expect, test } from "vitest";
import { planesOf, soundPrints } from "../../../test/support/rendered-planes.ts";
import { Random } from "../../base/random.ts";
import { namedParameters } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { headStart } from "./head-start.ts";
import { resolveRadarOptions } from "./radar-options.ts";
import { trainRadarNetwork } from "./radar-training.ts";

/** Names of the parameters that one step moves, from rendered pictures, with pictures of that side. */
async function moved(side: number): Promise<readonly string[]> {
  const given = { preset: "fast", imageSize: side, length: { steps: 1 }, batchSize: 2 } as const;
  const options = resolveRadarOptions(given, side);
  expect(options.start).toBe("rendered");
  const images = soundPrints(2, { width: side, height: side, seed: 5 }).map(planesOf);
  const { unet, trained } = await trainRadarNetwork(options, {
    backend: nodeBackend({ threads: 1 }),
    now: () => 0,
    name: "prints",
    skipped: 0,
    software: {},
    images,
    shown: images,
    tolerance: "none",
    areGrey: false,
    random: new Random(1),
    symmetries: ["identity"],
    contentHash: "",
    metadata: {},
  });
  const { parameters } = await headStart(options.unet);
  expect(trained.average).toHaveLength(parameters.length);
  let start = 0;
  return namedParameters(unet).flatMap(({ name, parameter }) => {
    const from = start;
    start += parameter.shape.reduce((product, extent) => product * extent, 1);
    const before = parameters.subarray(from, start);
    return trained.average.subarray(from, start).some((value, i) => value !== before[i]) ? [name] : [];
  });
}

const fieldsOf = (names: readonly string[]) => [...new Set(names.map((name) => name.split(".")[0]))];

test("from rendered pictures only what comes after the encoder learns", async () => {
  const names = await moved(96); // cells of 2 pixels
  expect(fieldsOf(names)).toEqual(["up", "norm", "head"]);
  expect(names.length).toBeGreaterThan(40);
});

test("where cells are finer than those of the rendered pictures, the encoder learns, too", async () => {
  expect(fieldsOf(await moved(32))).toEqual(["time", "stem", "down", "middle", "up", "norm", "head"]);
});
