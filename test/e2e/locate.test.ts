/** A detector of parts that lie anyhow: found, turned upright, scored, and the map brought back. */
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { encodePng } from "../../src/node/image-codec.ts";
import { loadDetectorFile, readImage } from "../../src/node/index.ts";
import { type Lie, lyingPart, partLength, placeOf, randomLie } from "../support/lying-parts.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 96, height: 80 };
const random = new Random(3);
const model = folder.at("bars.onnx");
const mark = [-0.3, 0] as const;
const marked: Lie[] = Array.from({ length: 4 }, () => randomLie(random, size));

async function write(name: string, lie: Lie | null, at?: readonly [number, number]): Promise<string> {
  return folder.write(name, await encodePng(lyingPart(size, lie, { random, ...(at && { mark: at }) })));
}

let said = "";

beforeAll(async () => {
  buildRadar();
  for (let i = 0; i < 40; i++) await write(`bars/${i}.png`, randomLie(random, size));
  for (const [i, lie] of marked.entries()) await write(`test/marked${i}.png`, lie, mark);
  await write("test/bare.png", null);
  const training = await radar("train", folder.at("bars"), "-o", model, "--method", "padim-lite");
  expect(training.code, training.stderr).toBe(0);
  said = training.stderr;
}, 240_000);

test("training says that it finds the part, and inspect that the model does", async () => {
  expect(said).toMatch(
    /finding the part in each picture: in one pose the pictures have \d+ % of their spread/,
  );
  const { stdout } = await radar("inspect", model);
  expect(stdout).toMatch(
    /part +found first, turned upright and centred, in a frame of 0\.\d+ picture widths/,
  );
  const document = JSON.parse((await radar("inspect", model, "--json")).stdout);
  expect(JSON.stringify(document)).toContain('"turns":true');
});

test("a marked part and bare ground are anomalous; the map's peak is where the mark is in the picture, within two pixels of the model's", async () => {
  const detector = await loadDetectorFile(model);
  for (const [i, lie] of marked.entries()) {
    const [detection] = await detector.detect([await readImage(folder.at(`test/marked${i}.png`))]);
    const { anomalyMap, isAnomalous } = detection ?? expect.fail("expected a detection");
    expect(isAnomalous).toBe(true);
    const peak = anomalyMap.data.indexOf(Math.max(...anomalyMap.data));
    const x = ((peak % anomalyMap.width) + 0.5) * (size.width / anomalyMap.width);
    const y = (Math.floor(peak / anomalyMap.width) + 0.5) * (size.height / anomalyMap.height);
    const [wantedX, wantedY] = placeOf(lie, mark, partLength(size));
    expect(Math.hypot(x - wantedX, y - wantedY)).toBeLessThan(2 + 0.04 * partLength(size)); // the mark's radius
  }
  const [bare] = await detector.detect([await readImage(folder.at("test/bare.png"))]);
  expect(bare?.isAnomalous).toBe(true);
  await detector.dispose();
});

test("the file passes its own check", async () => {
  const { code, stdout, stderr } = await radar("verify", model);
  expect(code, stdout + stderr).toBe(0);
});

test("--locate off takes pictures as they lie", async () => {
  const other = folder.at("still.onnx");
  const { code, stderr } = await radar(
    "train",
    folder.at("bars"),
    "-o",
    other,
    "--method",
    "gaussian",
    "--locate",
    "off",
  );
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain("the part");
  expect((await radar("inspect", other)).stdout).toMatch(/part +pictures are taken as they lie/);
});
