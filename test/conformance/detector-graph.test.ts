/** The graph of a model file, as it is encoded, computes in ONNX Runtime what the float64 reference evaluator does. */
import { beforeEach, expect, test, vi } from "vitest";
import type { RgbImage } from "../../src/base/raster.ts";
import { loadDetector, stackPictures } from "../../src/detectors/index.ts";
import type { Graph } from "../../src/graph/index.ts";
import { resolveDiffusionOptions } from "../../src/methods/diffusion/diffusion-options.ts";
import { partialDiffusion } from "../../src/methods/diffusion/partial-diffusion.ts";
import {
  type PreparedMethod,
  type ResolvedRadarOptions,
  radarMethod,
  resolveRadarOptions,
  scoringNames,
  trainDetector,
} from "../../src/methods/index.ts";
import type * as onnx from "../../src/onnx/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { evaluateGraph, referenceOf } from "../../src/runtime/reference.ts";
import { planesOf, soundPrints } from "../support/rendered-planes.ts";
import { expectWithin } from "../support/tolerances.ts";

/** Graphs in the order in which they were encoded: the last one of a training is its model file's. */
const encoded = vi.hoisted((): Graph[] => []);

vi.mock("../../src/onnx/index.ts", async (importOriginal) => {
  const original = await importOriginal<typeof onnx>();
  const encodeModel: typeof onnx.encodeModel = (graph, metadata) => {
    encoded.push(graph);
    return original.encodeModel(graph, metadata);
  };
  return { ...original, encodeModel };
});

beforeEach(() => {
  encoded.length = 0;
});

const backend = nodeBackend({ threads: 1 });
const size = { image: 24, patch: 16 };

/** The top-left square of the size that the detector works on: what is resized may round a half either way. */
function cropped({ width, data }: RgbImage): RgbImage {
  const side = size.image;
  const pixels = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    const [row, rest] = [Math.floor(i / (3 * side)), i % (3 * side)];
    return data[3 * width * row + rest] ?? 0;
  });
  return { width: side, height: side, data: pixels };
}

const common = {
  preset: "fast",
  imageSize: size.image,
  patchSize: size.patch,
  length: { steps: 3 },
  batchSize: 2,
} as const;

/** With a slim network: the float64 evaluator takes a minute for the preset's. */
function slim<T extends ResolvedRadarOptions>(options: T): T {
  return { ...options, start: "random", unet: { ...options.unet, baseChannels: 8, groups: 4 } };
}

/** A network that has hardly learned leaves the same residual in all pictures: standardised, it would be rounding errors. */
function withoutPlaces(method: PreparedMethod): PreparedMethod {
  const learn: PreparedMethod["learn"] = async (context) => {
    const { source, ...facts } = await method.learn(context);
    return { ...facts, source: { ...source, standardizesPlaces: false } };
  };
  return { ...method, learn };
}

const chain = {
  noiseSteps: 250,
  calls: 2,
  eta: 1,
  noise: "gaussian",
  condition: 0,
  smoothing: 1 / 64,
} as const;

const cases: readonly (readonly [string, () => PreparedMethod])[] = [
  ...scoringNames.map((scoring) => {
    const prepared = () => radarMethod(slim(resolveRadarOptions({ ...common, scoring }, size.image)));
    const method = scoring === "mismatch" ? () => withoutPlaces(prepared()) : prepared;
    return [`radar with scoring ${scoring}, on patches`, method] as const;
  }),
  [
    "two calls of the network in a loop, with fresh noise and a condition",
    () => {
      const given = { ...common, patchSize: size.image, noise: "simplex", condition: 1 } as const;
      const options = slim(resolveDiffusionOptions("ddpm", given, chain, size.image));
      return withoutPlaces(partialDiffusion("ddpm", options));
    },
  ],
];

test.each(cases)("of %s", async (label, prepare) => {
  const pictures = soundPrints(11, { width: 32, height: 32, seed: 3 }).map(cropped);
  const [picture = expect.fail("expected a picture"), ...good] = pictures;
  const { model } = await trainDetector(good.map(planesOf), prepare(), {
    backend,
    now: () => 0,
    name: "prints",
    skipped: 0,
    software: {},
  });
  const graph = encoded.at(-1) ?? expect.fail("expected a graph to be encoded");
  const expected = evaluateGraph(graph, { image: referenceOf(stackPictures([picture])) });
  const valuesOf = (name: string) => expected[name]?.data ?? expect.fail(`no output ${name}`);
  const detector = await loadDetector(model, backend);
  const [detection = expect.fail("expected a detection")] = await detector.detect([picture]);
  await detector.dispose();
  const comparison = /scoring (network|combined)/.test(label)
    ? "detector of network features, ONNX Runtime and reference"
    : "detector, ONNX Runtime and reference";
  expectWithin(comparison, detection.anomalyMap.data, valuesOf("anomaly_map"));
  expectWithin(comparison, [detection.anomalyScore], valuesOf("anomaly_score"));
  expect([detection.pValue]).toEqual(Array.from(valuesOf("p_value"), Math.fround));
  expect(detection.isAnomalous).toBe(valuesOf("is_anomalous")[0] === 1);
});
