/** Regions and masks: what is drawn is looked at, what is not is ignored, whatever it shows. */
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { encodePng } from "../../src/node/image-codec.ts";
import { loadDetectorFile, type PictureDetector, readImage } from "../../src/node/index.ts";
import { type Lie, lyingPart, partLength, placeOf, randomLie } from "../support/lying-parts.ts";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 80, height: 64 };
const random = new Random(5);

/** A grey plate with noise, and a dark spot where one is wanted. */
function plate(spot?: { readonly x: number; readonly y: number }): RgbImage {
  const data = new Uint8Array(3 * size.width * size.height);
  for (let i = 0; i < size.width * size.height; i++) {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    const isSpot = spot !== undefined && Math.hypot(x + 0.5 - spot.x, y + 0.5 - spot.y) < 4;
    const level = isSpot ? 20 : 120 + x / 2 + 6 * random.normal();
    data.fill(Math.max(0, Math.min(255, Math.round(level))), 3 * i, 3 * i + 3);
  }
  return { ...size, data };
}

async function detectorOf(name: string, set: string, ...options: string[]): Promise<PictureDetector> {
  const model = folder.at(`${name}.onnx`);
  const { code, stderr } = await radar(
    "train",
    folder.at(set),
    "-o",
    model,
    "--image-size",
    "32",
    ...options,
  );
  expect(code, stderr).toBe(0);
  return loadDetectorFile(model);
}

const spots = { left: { x: 16, y: 20 }, right: { x: 60, y: 44 } } as const;

beforeAll(async () => {
  for (let i = 0; i < 24; i++) await folder.write(`plates/train/good/${i}.png`, await encodePng(plate()));
  for (const [name, spot] of Object.entries(spots)) {
    const picture = plate(spot);
    const inside = { ...size, data: picture.data.map((_, i) => (isNear(spot, Math.floor(i / 3)) ? 255 : 0)) };
    await folder.write(`plates/test/${name}/0.png`, await encodePng(picture));
    await folder.write(`plates/ground_truth/${name}/0_mask.png`, await encodePng(inside));
  }
  await folder.write("plates/test/good/0.png", await encodePng(plate()));
  const leftHalf = Uint8Array.from({ length: 3 * 40 * 32 }, (_, i) =>
    Math.floor(i / 3) % 40 < 20 ? 255 : 0,
  );
  await folder.write("mask.png", await encodePng({ width: 40, height: 32, data: leftHalf }));
});

function isNear(spot: { readonly x: number; readonly y: number }, place: number): boolean {
  const [x, y] = [place % size.width, Math.floor(place / size.width)];
  return Math.hypot(x + 0.5 - spot.x, y + 0.5 - spot.y) < 4;
}

const few = ["--steps", "2", "--batch-size", "2"];
const looks = {
  "a mask, half as large as the pictures": ["--mask", folder.at("mask.png")],
  "a region": ["--region", "left half=0,0,40,64"],
} as const;

test.each([
  ["gaussian", "a mask, half as large as the pictures", []],
  ["gaussian", "a region", []],
  ["radar", "a region", few],
  ["radar", "a region", [...few, "--scoring", "paper"]], // has a score of its own, which sees the whole picture
] as const)("%s sees a defect within %s and none outside", async (method, look, training) => {
  const name = [method, look, ...training].join(" ");
  const detector = await detectorOf(name, "plates", "--method", method, ...training, ...looks[look]);
  const good = await detector.detectOne(folder.at("plates/test/good/0.png"));
  const seen = await detector.detectOne(folder.at("plates/test/left/0.png"));
  const missed = await detector.detectOne(folder.at("plates/test/right/0.png"));
  // The very same picture but for what is ignored has the very same answer.
  const plain = await readImage(folder.at("plates/test/good/0.png"));
  const dirty = { ...plain, data: plain.data.map((v, i) => (Math.floor(i / 3) % 80 >= 45 ? 255 - v : v)) };
  expect((await detector.detectOne(dirty)).anomalyScore).toBe(good.anomalyScore);
  for (const { anomalyMap, lookedAt } of [good, seen, missed]) {
    expect(lookedAt?.data.length).toBe(anomalyMap.data.length);
    anomalyMap.data.forEach((score, i) => {
      const isLeft = i % anomalyMap.width < anomalyMap.width / 2;
      expect(lookedAt?.data[i]).toBe(isLeft ? 1 : 0);
      if (!isLeft) expect(score).toBe(0);
    });
  }
  if (method !== "radar") {
    expect(seen.isAnomalous).toBe(true);
    expect(seen.anomalyScore).toBeGreaterThan(2 * missed.anomalyScore);
  }
  await detector.dispose();
});

test("the answer names the region with the highest score, in text, JSON and CSV; inspect lists them all", async () => {
  const model = folder.at("named.onnx");
  const regions = ["--region", "left=0,0,40,64", "--region", "right=40,0,40,64"];
  const training = await radar("train", folder.at("plates"), "-o", model, "--method", "gaussian", ...regions);
  expect(training.code, training.stderr).toBe(0);
  expect(training.stderr).toMatch(/looking at 100 % of a picture, as drawn on .*0\.png/);
  const paths = [folder.at("plates/test/left/0.png"), folder.at("plates/test/right/0.png")];
  const { stdout } = await radar("detect", model, ...paths, "--json");
  const { results } = JSON.parse(stdout);
  expect(results.map(({ region }: { region: string }) => region)).toEqual(["left", "right"]);
  for (const { regionScores, region, anomalyScore } of results) {
    expect(Object.keys(regionScores)).toEqual(["left", "right"]);
    expect(regionScores[region]).toBe(anomalyScore);
  }
  expect((await radar("detect", model, ...paths)).stdout).toMatch(
    /DEFECT .*left.0\.png {2}in left\n.*in right\n/,
  );
  expect((await radar("detect", model, ...paths, "--csv")).stdout).toMatch(/,left\n.*,right\n/);
  expect((await radar("inspect", model)).stdout).toMatch(/looks at +100 % of the picture: left, right/);
});

test("pixel figures count what is looked at, and what is not is dimmed in the overlay", async () => {
  const model = folder.at("half.onnx");
  const region = ["--region", "0,0,40,64", "--method", "gaussian"];
  expect((await radar("train", folder.at("plates"), "-o", model, ...region)).code).toBe(0);
  const { stdout, code, stderr } = await radar("evaluate", model, folder.at("plates"), "--json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).pixel.auroc).toBeGreaterThan(0.99); // the defect on the right would halve it
  const path = folder.at("plates/test/right/0.png");
  expect((await radar("detect", model, path, "-o", folder.at("overlays"))).code).toBe(0);
  const [before, after] = [await readImage(path), await readImage(folder.at("overlays/0.png"))];
  const at = (x: number, y: number) => 3 * (y * size.width + x);
  expect(after.data[at(70, 10)]).toBe(Math.floor(0.4 * (before.data[at(70, 10)] ?? 0)));
});

test("where a part is found first, a region moves and turns with it", async () => {
  const lies = Array.from({ length: 24 }, () => randomLie(random, size));
  for (const [i, lie] of lies.entries()) {
    await folder.write(
      `bars/${String(i).padStart(2, "0")}.png`,
      await encodePng(lyingPart(size, lie, { random })),
    );
  }
  const first = lies[0] ?? expect.fail("expected a part");
  const length = partLength(size);
  // Painted on the first picture: the thin end alone.
  const painted = Uint8Array.from({ length: 3 * size.width * size.height }, (_, i) => {
    const place = Math.floor(i / 3);
    const [dx, dy] = [(place % size.width) + 0.5 - first.x, Math.floor(place / size.width) + 0.5 - first.y];
    return Math.cos(first.turn) * dx + Math.sin(first.turn) * dy < 0 ? 255 : 0;
  });
  await folder.write("thin.png", await encodePng({ ...size, data: painted }));
  const detector = await detectorOf(
    "bars",
    "bars",
    "--method",
    "padim-lite",
    "--mask",
    folder.at("thin.png"),
  );
  const lie: Lie = randomLie(random, size);
  const scored = async (mark: readonly [number, number]) =>
    detector.detectOne(lyingPart(size, lie, { mark, random }));
  const [thin, thick] = [await scored([-0.3, 0]), await scored([0.4, 0])];
  expect(thin.isAnomalous).toBe(true);
  expect(thin.anomalyScore).toBeGreaterThan(2 * thick.anomalyScore);
  const { lookedAt } = thin;
  const lookedAtPlace = (mark: readonly [number, number]) => {
    const [x, y] = placeOf(lie, mark, length);
    const [column, row] = [Math.floor((x / size.width) * 32), Math.floor((y / size.height) * 32)];
    return lookedAt?.data[row * 32 + column];
  };
  expect([lookedAtPlace([-0.3, 0]), lookedAtPlace([0.3, 0])]).toEqual([1, 0]);
  await detector.dispose();
});
