/** A detector of parts that lie anyhow: found, turned upright, scored, and the map brought back. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { partFaultTexts } from "../../src/detectors/part-fault.ts";
import { encodePng } from "../../src/node/image-codec.ts";
import { type FileDetection, loadDetectorFile, readImage } from "../../src/node/index.ts";
import { type Lie, lyingPart, partLength, placeOf, randomLie } from "../support/lying-parts.ts";
import { radar } from "../support/radar.ts";
import { startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 96, height: 80 };
const random = new Random(3);
const model = folder.at("bars.onnx");
const mark = [-0.3, 0] as const;
const marked: Lie[] = Array.from({ length: 4 }, () => randomLie(random, size));

async function write(name: string, lie: Lie | Lie[] | null, at?: readonly [number, number]): Promise<string> {
  return folder.write(name, await encodePng(lyingPart(size, lie, { random, ...(at && { mark: at }) })));
}

let said = "";

beforeAll(async () => {
  for (let i = 0; i < 40; i++) await write(`bars/${i}.png`, randomLie(random, size));
  for (const [i, lie] of marked.entries()) await write(`test/marked${i}.png`, lie, mark);
  await write("faults/bare.png", null);
  await write("faults/cut.png", { x: 6, y: 40, turn: 0.4 });
  await write("faults/two.png", [
    { x: 48, y: 20, turn: 0.1 },
    { x: 48, y: 60, turn: 3 },
  ]);
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
  expect(said).toMatch(/judging the part, \d\d % of its frame, and not the ground around it/);
  expect(stdout).toMatch(/the part with room around it, \d\d(\.\d+)? % of the frame around the part/);
  const document = JSON.parse((await radar("inspect", model, "--json")).stdout);
  expect(JSON.stringify(document)).toContain('"turns":true');
});

test("dirt on the ground beside the part is not its business, dirt on the part is", async () => {
  const detector = await loadDetectorFile(model);
  const lie = { x: 48, y: 40, turn: 0.2 };
  const clean = lyingPart(size, lie, { random });
  const dirtyAt = (place: readonly [number, number]) => {
    const [x, y] = placeOf(lie, place, partLength(size)).map(Math.round) as [number, number];
    const dirty = { ...clean, data: clean.data.slice() };
    for (const pixel of [0, 1, size.width, size.width + 1]) {
      const at = 3 * (y * size.width + x + pixel);
      dirty.data.fill(160, at, at + 3);
    }
    return dirty;
  };
  const [ofClean, beside, on] = await detector.detect([clean, dirtyAt([0, -0.4]), dirtyAt([-0.3, 0])]);
  expect(ofClean?.isAnomalous).toBe(false);
  expect(beside?.isAnomalous).toBe(false);
  expect(beside?.anomalyScore).toBeCloseTo(ofClean?.anomalyScore ?? Number.NaN, 1); // it is seen, but not judged
  expect(on?.isAnomalous).toBe(true);
  expect(beside?.lookedAt).toBeUndefined(); // nobody drew an area
  await detector.dispose();
});

test("a marked part is anomalous; the map's peak is where the mark is in the picture, within two pixels of the model's", async () => {
  const detector = await loadDetectorFile(model);
  for (const [i, lie] of marked.entries()) {
    const [detection] = await detector.detect([await readImage(folder.at(`test/marked${i}.png`))]);
    const { anomalyMap, isAnomalous, partFault } = detection ?? expect.fail("expected a detection");
    expect({ isAnomalous, partFault }).toEqual({ isAnomalous: true, partFault: undefined });
    const peak = anomalyMap.data.indexOf(Math.max(...anomalyMap.data));
    const x = ((peak % anomalyMap.width) + 0.5) * (size.width / anomalyMap.width);
    const y = (Math.floor(peak / anomalyMap.width) + 0.5) * (size.height / anomalyMap.height);
    const [wantedX, wantedY] = placeOf(lie, mark, partLength(size));
    expect(Math.hypot(x - wantedX, y - wantedY)).toBeLessThan(2 + 0.04 * partLength(size)); // the mark's radius
  }
  await detector.dispose();
});

test("a part that is cut, not there, or there twice is anomalous, and the answer says which in every form", async () => {
  const { stdout } = await radar("detect", model, folder.at("faults"), "--json");
  const { threshold, results } = JSON.parse(stdout);
  const told = results.map(({ path, isAnomalous, partFault, anomalyScore }: FileDetection) => ({
    name: basename(path, ".png"),
    isAnomalous,
    isAbove: anomalyScore > threshold,
    partFault,
  }));
  const anomalous = { isAnomalous: true, isAbove: true };
  expect(told).toEqual([
    { name: "bare", partFault: "missing", ...anomalous },
    { name: "cut", partFault: "cut", ...anomalous },
    { name: "two", partFault: "several", ...anomalous },
  ]);
  const text = (await radar("detect", model, folder.at("faults"))).stdout.split("\n");
  for (const [i, fault] of (["missing", "cut", "several"] as const).entries()) {
    expect(text[i]).toMatch(/^DEFECT/);
    expect(text[i]).toContain(partFaultTexts[fault]);
  }
  const [titles, bare] = (await radar("detect", model, folder.at("faults"), "--csv")).stdout.split("\n");
  expect([titles?.split(",").at(-1), bare?.split(",").at(-1)]).toEqual(["partFault", "missing"]);
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

test("a server answers which it is, and keeps the sentence in its history", async () => {
  const server = await startServer(["--models", folder.at("."), "--threads", "1"]);
  try {
    const fault = async (name: string) => {
      const body = await readFile(folder.at(`faults/${name}.png`));
      const headers = { "content-type": "image/png" };
      const { results } = await server.json("/v1/detectors/bars/score", { method: "POST", headers, body });
      return results[0];
    };
    expect(await fault("bare")).toMatchObject({ isAnomalous: true, partFault: "missing" });
    expect(await fault("two")).toMatchObject({ isAnomalous: true, partFault: "several" });
    const { verdicts } = await server.json("/v1/history");
    const kept = verdicts.map(({ warnings }: { warnings: readonly string[] }) => warnings[0]);
    expect(kept).toEqual([partFaultTexts.several, partFaultTexts.missing]);
  } finally {
    await server.stop();
  }
});
