/** Pictures read in tiles: hairlines that one small square loses, where they are, in pictures of any length. */
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { regions } from "../../src/metrics/index.ts";
import { encodePng } from "../../src/node/image-codec.ts";
import { loadDetectorFile } from "../../src/node/index.ts";
import { radar } from "../support/radar.ts";
import { type Hairline, sheet, sheetSize } from "../support/sheets.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const random = new Random(8);
const size = sheetSize;
const hairline: Hairline = { x: 97, y: 250, length: 14 };

const training = ["--method", "padim-lite", "--image-size", "64"];

async function trained(name: string, ...options: string[]) {
  const model = folder.at(`${name}.onnx`);
  const { code, stderr } = await radar("train", folder.at("sheets"), "-o", model, ...training, ...options);
  expect(code, stderr).toBe(0);
  return { model, stderr };
}

let full = "";

beforeAll(async () => {
  for (let i = 0; i < 20; i++) await folder.write(`sheets/${i}.png`, await encodePng(sheet(random)));
  const { model, stderr } = await trained("full", "--resolution", "full");
  expect(stderr).toMatch(/training on 20 images at tiles of 64 px/);
  full = model;
});

test("hairlines that vanish in one square are found at full resolution, each within two pixels of where it is", async () => {
  const { model, stderr } = await trained("square");
  expect(stderr).toContain("a pixel of the 64 px square is 2.3 × 5.9 of the camera's");
  expect(stderr).toContain("(resolution full reads every pixel, in 24 calls a picture in place of one;");
  const square = await loadDetectorFile(model);
  const tiles = await loadDetectorFile(full);
  let seenInSquare = 0;
  for (let i = 0; i < 6; i++) {
    const line = { x: 20 + 20 * i, y: 300 - 50 * i, length: hairline.length };
    const picture = sheet(random, size, line);
    const [x, y] = [line.x + 0.5, line.y + line.length / 2];
    const { isAnomalous, anomalyMap } = await tiles.detectOne(picture);
    expect({ isAnomalous, width: anomalyMap.width, height: anomalyMap.height }).toEqual({
      isAnomalous: true,
      ...size,
    });
    const [found] = regions(anomalyMap, tiles.description.calibration.pixelThreshold);
    expect(Math.abs((found?.centroid.x ?? 0) - x)).toBeLessThan(2);
    expect(Math.abs((found?.centroid.y ?? 0) - y)).toBeLessThan(2);
    const { anomalyMap: coarse } = await square.detectOne(picture);
    const [highest] = regions(coarse, square.description.calibration.pixelThreshold, size);
    if (highest && Math.abs(highest.peak.x - x) < 8 && Math.abs(highest.peak.y - y) < 12) seenInSquare++;
  }
  expect(seenInSquare).toBeLessThanOrEqual(1);
  await Promise.all([square.dispose(), tiles.dispose()]);
});

test("longer, shorter and smaller pictures are read as they are; moved by a few pixels, a hairline is found as far on", async () => {
  const detector = await loadDetectorFile(full);
  for (const [width, height] of [
    [150, 700],
    [40, 50],
    [97, 65],
  ] as const) {
    const { anomalyMap, warnings } = await detector.detectOne(sheet(random, { width, height }));
    expect([anomalyMap.width, anomalyMap.height]).toEqual([width, height]);
    expect(warnings.filter((warning) => warning.includes("distorted"))).toEqual([]);
  }
  for (const [dx, dy] of [
    [-37, 11],
    [21, -90],
  ] as const) {
    const line = { x: hairline.x + dx, y: hairline.y + dy, length: hairline.length };
    const { anomalyMap } = await detector.detectOne(sheet(random, { width: 180, height: 420 }, line));
    const [found] = regions(anomalyMap, detector.description.calibration.pixelThreshold);
    expect(Math.abs((found?.centroid.x ?? 0) - (line.x + 0.5))).toBeLessThan(2);
    expect(Math.abs((found?.centroid.y ?? 0) - (line.y + line.length / 2))).toBeLessThan(2);
  }
  await detector.dispose();
});

test("several pictures in a call get what each gets alone", async () => {
  const detector = await loadDetectorFile(full);
  const pictures = [sheet(random), sheet(random, size, hairline)];
  const together = await detector.detect(pictures);
  for (const [i, picture] of pictures.entries()) {
    const alone = await detector.detectOne(picture);
    expect(together[i]?.anomalyScore).toBeCloseTo(alone.anomalyScore, 4);
  }
  await detector.dispose();
});

test("with a resolution in pixels, pictures are resized in their own proportions; the file passes its own check", async () => {
  const { model } = await trained("half", "--resolution", "189");
  const detector = await loadDetectorFile(model);
  const { anomalyMap } = await detector.detectOne(sheet(random));
  expect([anomalyMap.width, anomalyMap.height]).toEqual([75, 189]);
  await detector.dispose();
  expect((await radar("inspect", model)).stdout).toMatch(
    /reads +pictures of any size resized by 0\.5, in tiles of 64 px that share 16/,
  );
  for (const file of [model, full]) expect((await radar("verify", file)).code).toBe(0);
});

test("the same pictures give the same file", async () => {
  const again = await trained("again", "--resolution", "full");
  const hash = async (path: string) =>
    JSON.parse((await radar("inspect", path, "--json")).stdout).training.contentHash;
  expect(await hash(again.model)).toBe(await hash(full));
});

test("of tiles with a region only that is looked at: what lies outside changes no bit, a hairline inside is found where it is", async () => {
  const { model, stderr } = await trained("region", "--resolution", "full", "--region", "left=0,0,90,378");
  expect(stderr).toMatch(/looking at 60 % of a picture/);
  const detector = await loadDetectorFile(model);
  const plain = sheet(random);
  const outside = {
    ...plain,
    data: plain.data.map((value, i) => (Math.floor(i / 3) % size.width < 90 ? value : 255 - value)),
  };
  const [one, other] = [await detector.detectOne(plain), await detector.detectOne(outside)];
  expect(other.anomalyScore).toBe(one.anomalyScore);
  expect(other.anomalyMap.data).toEqual(one.anomalyMap.data);
  expect(one.anomalyMap.data.some((value, i) => i % size.width >= 90 && value !== 0)).toBe(false);
  const line = { x: 43, y: 200, length: hairline.length };
  const { anomalyMap, isAnomalous, region, lookedAt } = await detector.detectOne(
    sheet(random, { width: 300, height: 378 }, line),
  );
  expect({ isAnomalous, region }).toEqual({ isAnomalous: true, region: "left" });
  const [found] = regions(anomalyMap, detector.description.calibration.pixelThreshold);
  expect(Math.abs((found?.centroid.x ?? 0) - (line.x + 0.5))).toBeLessThan(2);
  expect(Math.abs((found?.centroid.y ?? 0) - (line.y + line.length / 2))).toBeLessThan(2);
  expect(
    Array.from(lookedAt?.data.slice(0, 300) ?? [], (label, x) => label === (x < 180 ? 1 : 0)),
  ).not.toContain(false); // stretched with the picture
  await detector.dispose();
});
