import { expect, test } from "vitest";
import { reference } from "../../../test/support/run-graph.ts";
import { type NdArray, ndArray } from "../../base/array.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, type Graph, input } from "../../graph/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { combinedReadout } from "./readout-combined.ts";
import { readoutOf } from "./readout-maps.ts";
import { networkReadout } from "./readout-network.ts";

const [side, grid, channels] = [64, 16, 4];

/** The graph's inputs, and the output of a network that they stand for. */
function network(side = 64) {
  const patches = input("patches", "float32", [1, 3, side, side]);
  const logits = input("logits", "float32", [1, 1, side, side]);
  const features = input("features", "float32", [1, channels, grid, grid]);
  const output = { patches, noise: patches, mismatch: patches, defectLogits: logits, features };
  return { inputs: [patches, logits, features], output };
}

async function* observations(count: number): AsyncGenerator<Record<string, NdArray>> {
  for (let i = 0; i < count; i++) {
    const data = new Random(i).normals(channels * grid * grid);
    yield { features: ndArray("float32", [1, channels, grid, grid], data) };
  }
}

function fitOptions(sample: AsyncIterable<Record<string, NdArray>>) {
  return { random: new Random(1), classifier: null, sample };
}

test("strange features are found where they are, by the network's map alone", async () => {
  const readout = readoutOf(["features"]);
  const fitted = await readout.fit(observations(12), fitOptions(observations(0)));
  const { inputs, output } = network();
  const graph = buildGraph({ name: "features", inputs, outputs: { map: fitted.maps(output) } });
  const features = new Random(99).normals(channels * grid * grid);
  for (let c = 0; c < channels; c++) features[(c * grid + 4) * grid + 11] = 40; // row 4, column 11: pixels 16 and 44
  const { map } = evaluateGraph(graph, {
    patches: reference([1, 3, side, side], new Float64Array(3 * side * side)),
    logits: reference([1, 1, side, side], new Float64Array(side * side)),
    features: reference([1, channels, grid, grid], features),
  });
  expect(map?.shape).toEqual([1, 1, side, side]);
  const values = Array.from(map?.data ?? [], Number);
  const highest = values.indexOf(Math.max(...values));
  expect(Math.abs(Math.floor(highest / side) - 18)).toBeLessThanOrEqual(3);
  expect(Math.abs((highest % side) - 46)).toBeLessThanOrEqual(3);
});

test("the scoring network reads the head, features and predicted noise, and looks at no picture", async () => {
  expect(networkReadout.settings).toMatchObject({ smoothing: { defects: 1 / 64, features: 1 / 24 } });
  expect(networkReadout.settings).not.toHaveProperty("mixtureComponents");
  const { output, inputs } = network();
  const noise = input("noise", "float32", [1, 3, side, side]);
  const observed = networkReadout.observe({ ...output, noise });
  expect(Object.keys(observed)).toEqual(["features", "noise", "noiseDerivatives"]);
  expect(observed.features?.shape).toEqual([1, channels, grid, grid]);
  expect(observed.noise?.shape).toEqual([1, 39, 32, 32]);
  expect(observed.noiseDerivatives?.shape).toEqual([1, 22, 32, 32]);
  const needed = [...inputs.slice(2), noise]; // neither pictures nor logits
  const outputs = Object.fromEntries(
    Object.entries(observed).map(([name, values]) => [`of ${name}`, values]),
  );
  expect(() => buildGraph({ name: "observed", inputs: needed, outputs })).not.toThrow();
});

test("of pictures read in grey the predicted noise is one channel: the mean of its three", () => {
  const patches = input("patches", "float32", [1, 1, side, side]);
  const noise = input("noise", "float32", [1, 3, side, side]);
  const features = input("features", "float32", [1, channels, grid, grid]);
  const output = { ...network().output, patches, noise, features };
  const { noise: ofThree = noise } = networkReadout.observe(output);
  const { strengths: ofOne = noise } = readoutOf(["strengths"]).observe({ ...output });
  const random = new Random(5);
  const grey = Float64Array.from({ length: side * side }, () => random.normal());
  const channelsOf = [0.5, 1, 1.5].flatMap((gain) => Array.from(grey, (value) => gain * value));
  const outputs = { ofThree, ofOne };
  const values = evaluateGraph(buildGraph({ name: "grey", inputs: [patches, noise], outputs }), {
    patches: reference([1, 1, side, side], grey),
    noise: reference([1, 3, side, side], Float64Array.from(channelsOf)),
  });
  expect(values.ofThree?.shape).toEqual([1, 31, 32, 32]);
  const difference = Array.from(values.ofThree?.data ?? [], (value, i) =>
    Math.abs(Number(value) - Number(values.ofOne?.data[i])),
  );
  expect(Math.max(...difference)).toBeLessThan(1e-9);
});

test("the predicted noise is compared with that of the same place, and only where good pictures are aligned", async () => {
  const pictures = async function* (isAligned: boolean) {
    for (let i = 0; i < 12; i++) {
      const values = (dimensions: number, size: number) => {
        const alike = new Random(99).normals(dimensions * size * size);
        const own = new Random(i).normals(dimensions * size * size);
        const data = own.map((value, k) => value + (isAligned ? 3 * (alike[k] ?? 0) : 0));
        return ndArray("float32", [1, dimensions, size, size], data);
      };
      yield {
        features: values(channels, grid),
        noise: values(39, side / 2),
        noiseDerivatives: values(22, side / 2),
      };
    }
  };
  const fitted = (isAligned: boolean) =>
    networkReadout.fit(pictures(isAligned), fitOptions(pictures(isAligned)));
  const part = await fitted(true);
  expect(part.groups).toEqual([
    { maps: [0], weight: 1 },
    { maps: [1], weight: 1 },
    { maps: [2, 3], weight: 4 },
  ]);
  expect(part.maps(network().output).shape).toEqual([1, 4, side, side]);
  const surface = await fitted(false);
  expect(surface.groups).toBeUndefined();
  expect(surface.maps(network().output).shape).toEqual([1, 2, side, side]);
});

test("the default has six maps to read, four of them without the network", () => {
  const { output } = network();
  const observed = combinedReadout.observe(output);
  expect(Object.keys(observed)).toEqual(["features", "texture", "strengths", "derivatives"]);
  expect(observed.texture?.shape[1]).toBe(39);
  expect(observed.strengths?.shape).toEqual([1, 39, 32, 32]);
  expect(observed.derivatives?.shape).toEqual([1, 22, 32, 32]);
  expect(combinedReadout).toMatchObject({ readsFromLevel: true, tolerance: "usual" });
  expect(combinedReadout.settings).toMatchObject({ smoothing: { texture: 1 / 24, strengths: 1 / 96 } });
});

test("kinds of texture are always read; the same place's texture, strengths and derivatives where it tells more than its kind, strengths alone where it tells something but no more than that", async () => {
  type Place = "none" | "its own" | "one of two kinds";
  const pictures = async function* (place: Place, contrast: number, dimensions: number) {
    for (let i = 0; i < 12; i++) {
      const gain = i % 2 === 0 ? 1 : contrast;
      const values = (d: number, size: number) => {
        const own = new Random(i).normals(d * size * size);
        const alike = new Random(99).normals(d * size * size);
        const common = (k: number) => {
          if (place === "none") return 0;
          return place === "its own" ? 3 * (alike[k] ?? 0) : k % size < size / 2 ? 3 : -3;
        };
        const data = own.map((value, k) => gain * (value + common(k)));
        return ndArray("float32", [1, d, size, size], data);
      };
      yield {
        features: values(channels, grid),
        texture: values(dimensions, 8),
        strengths: values(dimensions, 8),
        derivatives: values(22, 8),
      };
    }
  };
  const fitted = (place: Place, { contrast = 1, dimensions = 39 } = {}) => {
    const images = () => pictures(place, contrast, dimensions);
    return combinedReadout.fit(images(), fitOptions(images()));
  };
  const always = [
    { maps: [0], weight: 1 },
    { maps: [1], weight: 1 },
    { maps: [2], weight: 2 },
  ];
  const alike = await fitted("its own");
  expect(alike.groups).toEqual([...always, { maps: [3, 4, 5], weight: 6 }]);
  expect(alike.found?.placesBeyondKinds).toBeGreaterThan(0.5);
  const lyingAnyhow = await fitted("one of two kinds", { dimensions: 3 });

  expect(lyingAnyhow.groups).toEqual([...always, { maps: [3], weight: 2 }]);
  expect(lyingAnyhow.found?.placesBeyondKinds).toBeLessThan(0.05);
  const ofContrasts = await fitted("its own", { contrast: 3 });
  expect(Object.keys(ofContrasts.found?.instanceShares ?? {})).toContain("strengths");
  expect(ofContrasts.groups).toEqual(alike.groups);
  const surface = await fitted("none");
  expect(surface.groups).toEqual(always);
  expect(surface.found).toEqual({});
  expect(surface.maps(network().output).shape).toEqual([1, 3, side, side]);
});

test("where good pictures differ in contrast, a fault in a faint one is not taken for the detail of a strong one", async () => {
  const size = 32;
  const random = new Random(3);
  const pattern = random.normals(size);
  const picture = (contrast: number) =>
    Float64Array.from(
      { length: 3 * size * size },
      (_, i) => 0.1 * contrast * ((pattern[i % size] ?? 0) + random.normal() / 3),
    );
  const { inputs, output } = network(size);
  const call = (graph: Graph, pictures: Float64Array) =>
    evaluateGraph(graph, {
      patches: reference([1, 3, size, size], pictures),
      logits: reference([1, 1, size, size], new Float64Array(size * size)),
      features: reference([1, channels, grid, grid], new Float64Array(channels * grid * grid)),
    });
  const readout = readoutOf(["strengths"]);
  const observation = buildGraph({ name: "strengths", inputs, outputs: readout.observe(output) });
  const observed = [1 / 4, 4, 1 / 2, 2, 1, 1, 2, 1 / 2, 4, 1 / 4].map((contrast) => {
    const { strengths } = call(observation, picture(contrast));
    return {
      strengths: ndArray("float32", strengths?.shape ?? [], Float32Array.from(strengths?.data ?? [])),
    };
  });
  const good = async function* (count = observed.length) {
    yield* observed.slice(0, count);
  };
  const faint = picture(0.5);
  const faulty = faint.map((value, i) => {
    const [row, column] = [Math.floor(i / size) % size, i % size];
    return Math.hypot(row - 12, column - 20) < 3 ? value + 0.15 : value;
  });
  /** How far the fault stands out of what a good picture is like. */
  const faultOf = async (sampled: number) => {
    const fitted = await readout.fit(good(), fitOptions(good(sampled)));
    const map = buildGraph({ name: "map", inputs, outputs: { map: fitted.maps(output) } });
    const highest = (pictures: Float64Array) =>
      Math.max(...Array.from(call(map, pictures).map?.data ?? [], Number));
    return {
      found: fitted.found,
      standsOut: highest(faulty) / Math.max(...[faint, picture(4)].map(highest)),
    };
  };
  const [inItsOwn, asItIs] = [await faultOf(observed.length), await faultOf(1)]; // one picture differs from none
  expect(inItsOwn.found).toMatchObject({ instanceShares: { strengths: expect.closeTo(1, 1) } });
  expect(asItIs.found).not.toHaveProperty("instanceShares");
  expect(inItsOwn.standsOut).toBeGreaterThan(1.5 * asItIs.standsOut);
});

test("a network that has no features to read is an error of ours, not a map of nothing", () => {
  const { output } = network();
  expect(() => networkReadout.observe({ ...output, features: null })).toThrow(/features are not known/);
});
