/** Parts that lie anyhow, read in tiles at full resolution, looked at in a region: all answers in the picture's own pixels. */
import { basename } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { regions } from "../../src/metrics/index.ts";
import { encodePng } from "../../src/node/image-codec.ts";
import {
  type FileDetection,
  loadDetectorFile,
  type PictureDetector,
  readImage,
} from "../../src/node/index.ts";
import { type Lie, lyingPart, partLength, placeOf, randomLie } from "../support/lying-parts.ts";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 220, height: 180 };
const length = partLength(size);
const random = new Random(12);
const model = folder.at("bars.onnx");
const drawnOn: Lie = { x: 110, y: 90, turn: 0 };
/** The thin end of the part, drawn on the first picture. */
const region = {
  x: drawnOn.x - 0.5 * length,
  y: drawnOn.y - 0.12 * length,
  width: 0.78 * length,
  height: 0.24 * length,
};
let detector: PictureDetector;

function part(lie: Lie | null, mark?: readonly [number, number]) {
  return lyingPart(size, lie, { random, ...(mark && { mark }) });
}

beforeAll(async () => {
  for (let i = 0; i < 30; i++) {
    const lie = i === 0 ? drawnOn : randomLie(random, size);
    await folder.write(`bars/${String(i).padStart(2, "0")}.png`, await encodePng(part(lie)));
  }
  const { x, y, width, height } = region;
  const options = ["--method", "padim-lite", "--resolution", "full", "--image-size", "64"];
  const drawn = ["--region", `thin=${[x, y, width, height].map(Math.round).join(",")}`];
  const { code, stderr } = await radar("train", folder.at("bars"), "-o", model, ...options, ...drawn);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/finding the part in each picture/);
  expect(stderr).toMatch(/training on 30 images at tiles of 64 px/);
  detector = await loadDetectorFile(model);
}, 240_000);

afterAll(() => detector?.dispose());

test("a mark is found where it is in the picture, within 1.5 pixels, whichever way the part lies", async () => {
  for (let i = 0; i < 8; i++) {
    const lie = randomLie(random, size);
    const mark = [-0.36 + 0.07 * i, 0.02] as const; // nearer to the region's end, what is found is cut off there
    const { anomalyMap, isAnomalous, region, partFault } = await detector.detectOne(part(lie, mark));
    expect({ isAnomalous, region, partFault }).toEqual({
      isAnomalous: true,
      region: "thin",
      partFault: undefined,
    });
    expect(Math.abs(anomalyMap.width - size.width)).toBeLessThanOrEqual(2);
    expect(Math.abs(anomalyMap.height - size.height)).toBeLessThanOrEqual(2);
    const [found] = regions(anomalyMap, detector.description.calibration.pixelThreshold, size);
    const [x, y] = placeOf(lie, mark, length);
    expect(Math.hypot((found?.centroid.x ?? 0) - x, (found?.centroid.y ?? 0) - y)).toBeLessThan(1.5);
  }
});

test("outside of the region the map is 0 and looked_at says so, in the picture's pixels", async () => {
  const lie = randomLie(random, size);
  const { anomalyMap, lookedAt } = await detector.detectOne(part(lie, [0.42, 0]));
  const at = ([x, y]: [number, number]) =>
    Math.floor((y / size.height) * anomalyMap.height) * anomalyMap.width +
    Math.floor((x / size.width) * anomalyMap.width);
  const thick = at(placeOf(lie, [0.42, 0], length));
  expect([anomalyMap.data[thick], lookedAt?.data[thick]]).toEqual([0, 0]);
  expect(lookedAt?.data[at(placeOf(lie, [-0.3, 0], length))]).toBe(1);
  const looked = lookedAt?.data.reduce((sum, label) => sum + label, 0) ?? 0;
  const wanted = (region.width * region.height * anomalyMap.data.length) / (size.width * size.height);
  expect(Math.abs(looked / wanted - 1)).toBeLessThan(0.06);
});

test("faults, overlays and the file's own check work as without tiles", async () => {
  const lie = randomLie(random, size);
  await folder.write("test/bare.png", await encodePng(part(null)));
  await folder.write("test/marked.png", await encodePng(part(lie, [-0.3, 0])));
  const { stdout } = await radar("detect", model, folder.at("test"), "--output", folder.at("maps"), "--json");
  const results: FileDetection[] = JSON.parse(stdout).results;
  expect(results.map(({ path, partFault }) => [basename(path), partFault])).toEqual([
    ["bare.png", "missing"],
    ["marked.png", undefined],
  ]);
  const drawn = await readImage(results[1]?.map ?? "");
  const before = await readImage(folder.at("test/marked.png"));
  expect([drawn.width, drawn.height]).toEqual([size.width, size.height]);
  const [x, y] = placeOf(lie, [-0.3, 0], length).map(Math.round) as [number, number];
  const at = 3 * (y * size.width + x);
  expect(Math.abs((drawn.data[at] ?? 0) - (before.data[at] ?? 0))).toBeGreaterThan(40); // under the heat map
  expect((await radar("verify", model)).code).toBe(0);
  expect((await radar("inspect", model)).stdout).toMatch(/reads +the frame around the part/);
});
