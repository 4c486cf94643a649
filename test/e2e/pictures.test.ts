/** Pictures of more than 8 bits, of unusual channels, and unlike those that were learned from. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { listImages } from "../../src/node/index.ts";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tiff } from "../support/tiff.ts";
import { tinySidePx, writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const good = join(set, "train", "good");
const model = folder.at("parts.onnx");
const quick = ["--method", "gaussian", "--image-size", "32", "--threads", "1"];

beforeAll(async () => {
  await writeTinySet(set);
  await trained(set, model);
});

async function trained(data: string, output: string, ...more: string[]): Promise<void> {
  const run = await radar("train", data, "-o", output, ...quick, ...more);
  expect(run.code, run.stderr).toBe(0);
}

/** What `radar inspect` or `radar detect` prints as JSON. */
async function json(...argv: string[]) {
  const run = await radar(...argv, "--json");
  return { ...run, document: JSON.parse(run.stdout) };
}

/** Values of a picture, with `change` made to them. */
async function values(path: string, change: (value: number) => number): Promise<number[]> {
  return Array.from(await sharp(path).raw().toBuffer(), change);
}

function png16(wide: readonly number[]): Promise<Buffer> {
  const raw = { width: tinySidePx, height: tinySidePx, channels: 3 } as const;
  return sharp(Uint16Array.from(wide), { raw }).toColourspace("rgb16").png().toBuffer();
}

/** The good images as other files. */
async function converted(
  name: string,
  encode: (path: string) => Promise<Buffer>,
  extension: string,
): Promise<string> {
  for (const [i, path] of (await listImages(good)).entries())
    folder.write(join(name, `${String(i).padStart(3, "0")}${extension}`), await encode(path));
  return folder.at(name);
}

describe("pictures of more than 8 bits", () => {
  const kinds: [name: string, encode: (path: string) => Promise<Buffer>, depth: object][] = [
    [
      "12 bits in 16",
      async (path) => png16(await values(path, (value) => value * 16 + 15)),
      { bits: 12, floatWhite: 1 },
    ],
    [
      "all of 16 bits",
      async (path) => png16(await values(path, (value) => value * 257)),
      { bits: 16, floatWhite: 1 },
    ],
    [
      "floating-point numbers up to 1",
      async (path) => {
        const shares = await values(path, (value) => value / 255);
        return tiff({ width: tinySidePx, values: shares, channels: 3, photometric: 2, isFloat: true });
      },
      { bits: 8, floatWhite: 1 },
    ],
  ];
  test.each(kinds)(
    "%s are learned and scored as the same pictures of 8 bits are, and the model knows",
    async (name, encode, depth) => {
      const data = await converted(name, encode, name.startsWith("float") ? ".tif" : ".png");
      const other = folder.at(`${name}.onnx`);
      await trained(data, other);
      const [{ document: eight }, { document: deep }] = [
        await json("inspect", model),
        await json("inspect", other),
      ];
      expect(deep.pictures.depth).toEqual(depth);
      expect(deep.training.contentHash).toBe(eight.training.contentHash);
      expect(deep.calibration.images).toBe(eight.calibration.images);
      const first = (await listImages(good))[0] ?? "";
      const { document } = await json(
        "detect",
        other,
        first,
        join(data, readdirSync(data)[0] ?? ""),
        "--threads",
        "1",
      );
      const [eightBits, deepBits] = document.results;
      expect(deepBits.anomalyScore).toBe(eightBits.anomalyScore);
      expect(deepBits.warnings).toEqual([]);
    },
  );

  test("a picture that breaks the rule of the model is named and not scored; the others are", async () => {
    const [path = "", next = ""] = await listImages(good);
    const bright = folder.write("bright.png", await png16(await values(path, (value) => value * 257)));
    for (const [other, most] of [
      [model, 255],
      [folder.at("12 bits in 16.onnx"), 4095],
    ] as const) {
      const { code, document } = await json("detect", other, bright, next, "--threads", "1");
      expect(code).toBe(1);
      expect(document.results).toHaveLength(1);
      expect(document.skipped).toEqual([
        { path: bright, reason: expect.stringContaining(`expected 16-bit values from 0 to ${most}, got `) },
      ]);
    }
  });

  test("--bits says what the good images do not, and is checked", async () => {
    await trained(set, folder.at("told.onnx"), "--bits", "16");
    const { document } = await json("inspect", folder.at("told.onnx"));
    expect(document.pictures.depth).toEqual({ bits: 16, floatWhite: 1 });
    const run = await radar("train", set, "-o", folder.at("never.onnx"), ...quick, "--bits", "20");
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--bits: expected an integer .*16.*got 20/),
    });
  });
});

test("a TIFF of five channels is left out by name, in every command; the others go on", async () => {
  const size = { width: tinySidePx, channels: 5, photometric: 2 } as const;
  const five = tiff({ ...size, values: new Array(5 * tinySidePx ** 2).fill(9) });
  const data = await converted("five", async (path) => readFileSync(path), ".png");
  const bad = folder.write("five/x.tif", five);
  const named = `skipped ${bad}: expected grey, red-green-blue or CMYK`;
  const train = await radar("train", data, "-o", folder.at("five.onnx"), ...quick);
  expect(train).toMatchObject({ code: 0, stderr: expect.stringContaining(named) });
  const detect = await radar("detect", model, data, "--threads", "1");
  expect(detect).toMatchObject({ code: 1, stderr: expect.stringContaining(named) });
  const testing = folder.at("five-set");
  for (const [i, path] of (await listImages(good)).entries())
    folder.write(`five-set/test/good/${i}.png`, readFileSync(path));
  folder.write("five-set/test/good/x.tif", five);
  const evaluate = await radar("evaluate", model, testing, "--threads", "1");
  expect(evaluate).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("five-set/test/good/x.tif: expected grey"),
  });
});

describe("pictures unlike those that were learned from", () => {
  const black = folder.at("odd", "test", "good", "black.png");

  beforeAll(async () => {
    const [path = ""] = await listImages(good);
    const files: Record<string, Promise<Buffer>> = {
      "usual.png": sharp(path).png().toBuffer(),
      "strip.png": sharp(path).resize(160, 40, { fit: "fill" }).png().toBuffer(),
      "small.png": sharp(path).resize(18, 18).png().toBuffer(),
      "black.png": sharp({ create: { width: 40, height: 40, channels: 3, background: "#000000" } })
        .png()
        .toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) folder.write(`odd/test/good/${name}`, await bytes);
  });

  test("each gets a warning, in the text, in JSON and in CSV", async () => {
    const { document, stderr, code } = await json("detect", model, folder.at("odd"), "--threads", "1");
    expect(code).toBe(0);
    const warnings = new Map<string, string[]>(
      document.results.map((result: { path: string; warnings: string[] }) => [
        result.path.replace(/.*[\\/]/, ""),
        result.warnings,
      ]),
    );
    expect(warnings.get("usual.png")).toEqual([]);
    expect(warnings.get("strip.png")).toEqual([expect.stringMatching(/^its shape is another \(160 x 40/)]);
    expect(warnings.get("small.png")).toEqual([
      expect.stringMatching(/^it is much smaller \(shorter side 18 /),
    ]);
    expect(warnings.get("black.png")).toContainEqual(expect.stringMatching(/^it shows next to nothing/));
    expect(stderr).toMatch(/^warning: .*black\.png: unlike the good pictures: .*lens covered/m);
    const csv = await radar("detect", model, black, "--csv", "--threads", "1");
    expect(csv.stdout.split("\n")[0]).toMatch(/,warnings$/);
    expect(csv.stdout).toMatch(/shows next to nothing/);
  });

  test("--strict makes it an error", async () => {
    const { document, code } = await json("detect", model, folder.at("odd"), "--strict", "--threads", "1");
    expect(code).toBe(1);
    expect(document.results.map(({ path }: { path: string }) => path)).toEqual([
      folder.at("odd/test/good/usual.png"),
    ]);
    expect(document.skipped).toHaveLength(3);
    const run = await radar("evaluate", model, folder.at("odd"), "--strict", "--threads", "1");
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/got 3 of 4 that are not.*\n {2}.*black\.png: .*\[E_DATA\]/s),
    });
  });

  test("an evaluation notes them, in its text and its report", async () => {
    const report = folder.at("odd.html");
    const run = await radar("evaluate", model, folder.at("odd"), "--report", report, "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const note = /3 of 4 images are unlike the good pictures that were learned from.*black\.png/;
    expect(run.stdout).toMatch(note);
    expect(readFileSync(report, "utf8")).toMatch(note);
  });
});
