/** The library in a browser against Node: the same file, the same picture. */
import { readFileSync, writeFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { goldenKey } from "../../src/detectors/golden.ts";
import { type Detection, verifyToleranceOf } from "../../src/detectors/index.ts";
import { sealed, sealKey } from "../../src/detectors/seal.ts";
import { decodeImage, encodePng, loadDetectorFile, train, verifyModel } from "../../src/node/index.ts";
import { decodeModel } from "../../src/onnx/index.ts";
import { browserMissing, hasBrowser, openBrowser, serveFolders } from "../support/browser.ts";
import { buildLibrarySite } from "../support/library-site.ts";
import { lyingPart, randomLie } from "../support/lying-parts.ts";
import { soundPrints } from "../support/rendered-planes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const prints = soundPrints(24, { width: 48, height: 40, seed: 3 });
const parts = lyingParts(40);
const models = [
  { name: "gaussian", pictures: prints, options: { method: "gaussian" } },
  { name: "radar", pictures: prints, options: { method: "radar", length: { steps: 2 }, batchSize: 2 } },
  { name: "located", pictures: parts, options: { method: "gaussian", locate: "on" } },
] as const;
const expected = new Map<
  string,
  { said: Detection; scale: { score: number; map: number }; tolerance: number }
>();

let site: { url: string; close(): void };
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasBrowser) return;
  for (const [i, print] of prints.entries()) folder.write(`${i}.png`, await encodePng(print));
  folder.write("part.png", await encodePng(parts[0]!));
  for (const { name, pictures, options } of models) {
    const output = folder.at(`${name}.onnx`);
    const { description, model } = await train(pictures, {
      ...options,
      imageSize: 32,
      preset: "fast",
      output,
      threads: 1,
    });
    const detector = await loadDetectorFile(output, { threads: 1 });
    const said = await detector.detectOne(folder.at(pictureOf(name)));
    await detector.dispose();
    const { mapMaximum, scores } = description.calibration;
    expected.set(name, {
      said,
      scale: { map: mapMaximum, score: Math.max(...scores.map(Math.abs)) },
      tolerance: verifyToleranceOf(decodeModel(model)),
    });
  }
  await buildLibrarySite(folder.at("site"));
  site = await serveFolders([folder.at("site"), folder.path]);
  browser = await openBrowser({ webgpu: true });
  page = await browser.newPage();
  await page.goto(`${site.url}library.html`);
  await page.waitForFunction("globalThis.program !== undefined");
}, 600_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** Bars that lie anyhow. */
function lyingParts(count: number): RgbImage[] {
  const random = new Random(3);
  const size = { width: 96, height: 80 };
  return Array.from({ length: count }, () => lyingPart(size, randomLie(random, size), { random }));
}

/** The picture that a model is asked about. */
function pictureOf(model: string): string {
  return model === "located" ? "part.png" : "0.png";
}

/** What a function of the program gives. */
async function ask<T>(name: string, ...args: unknown[]): Promise<T> {
  return page.evaluate<T>(`program.${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
}

interface Said {
  score: number;
  pValue: number;
  isAnomalous: boolean;
  map: number[];
}

interface Detected {
  device: string;
  check: { isWithinTolerance: boolean };
  fallback: string | null;
  name: string;
  progress: { loaded: number; total: number };
  detections: Record<string, Said>;
  afterDispose: { code: string };
}

describe.skipIf(!hasBrowser)(`a detector in a browser${browserMissing}`, () => {
  /** Which a picture becomes pixels of before any device is asked. */
  const forms = ["bitmap", "blob", "canvas", "frame", "image", "imageData", "offscreen", "videoFrame"];

  test.each([
    ["gaussian", "wasm", forms],
    ["radar", "wasm", ["blob"]],
    ["located", "wasm", ["blob"]],
    ["gaussian", "webgpu", ["blob"]],
  ] as const)("%s on %s says what it says under Node, of a picture as %j", async (name, device, asked) => {
    const found = await ask<Detected>("detect", `${name}.onnx`, pictureOf(name), device, asked);
    expect(found).toMatchObject({
      device,
      fallback: null,
      check: { isWithinTolerance: true },
      afterDispose: { code: "E_DISPOSED" },
    });
    expect(found.progress.loaded).toBeGreaterThan(1000);
    const { said, scale, tolerance } = expected.get(name) ?? expect.fail("expected what Node says");
    expect(Object.keys(found.detections).sort()).toEqual(asked);
    for (const [form, { score, pValue, isAnomalous, map }] of Object.entries(found.detections)) {
      expect(Math.abs(score - said.anomalyScore) / scale.score, form).toBeLessThan(tolerance);
      expect([pValue, isAnomalous], form).toEqual([said.pValue, said.isAnomalous]);
      const worst = map.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (said.anomalyMap.data[i] ?? Number.NaN))),
        0,
      );
      expect(worst / scale.map, form).toBeLessThan(tolerance);
    }
  });

  test("it has threads where the page is isolated from other origins, and says so", async () => {
    const { said, scale, tolerance } = expected.get("radar") ?? expect.fail("expected what Node says");
    expect(await ask("threads", "gaussian.onnx", "0.png", 0)).toMatchObject({ threads: 1 });
    const isolated = await serveFolders([folder.at("site"), folder.path], { isolated: true });
    const other = await browser.newPage();
    await other.goto(`${isolated.url}library.html`);
    await other.waitForFunction("globalThis.program !== undefined");
    const { threads, score } = await other.evaluate<{ threads: number; score: number }>(
      'program.threads("radar.onnx", "0.png", 0)',
    );
    await other.close();
    isolated.close();
    expect(threads).toBe(2);
    expect(Math.abs(score - said.anomalyScore) / scale.score).toBeLessThan(tolerance);
  });

  test("what cannot be loaded or scored is refused with the errors of Node", async () => {
    const bytes = Uint8Array.from(readFileSync(folder.at("gaussian.onnx")));
    bytes[2000] = (bytes[2000] ?? 0) ^ 1;
    writeFileSync(folder.at("damaged.onnx"), bytes);
    const refused = await ask<Record<string, { code: string; name: string; message: string }>>(
      "refusals",
      "gaussian.onnx",
      "damaged.onnx",
    );
    expect(refused).toMatchObject({
      missing: { code: "E_FILE", message: "nowhere.onnx: expected a model file, got HTTP 404 Not Found." },
      foreign: { code: "E_ONNX", name: "OnnxFormatError" },
      truncated: { code: "E_ONNX" },
      damaged: { code: "E_ONNX" },
      stopped: { code: "E_ABORTED", name: "AbortError" },
      noPicture: { code: "E_IMAGE", name: "DataError" },
      option: { code: "E_OPTION" },
    });
  });

  test("a JPEG's pixels are those that Node decodes, to a grey level", async () => {
    const { width, height, data } = prints[0]!;
    const raw = { width, height, channels: 3 } as const;
    const jpeg = await sharp(data, { raw }).jpeg({ quality: 85 }).toBuffer(); // colours at half the resolution, as cameras do
    const node = await decodeImage(jpeg);
    const pixels = await ask<number[]>("pixels", folder.write("0.jpg", jpeg) && "0.jpg");
    const differences = Array.from(node.data, (value, i) =>
      Math.abs(value - (pixels[4 * Math.floor(i / 3) + (i % 3)] ?? Number.NaN)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  test("files of others, of another opset, without a description, and with other golden values are told as in Node", async () => {
    const bytes = readFileSync(folder.at("gaussian.onnx"));
    const changed = async (change: (model: ModelProto) => void): Promise<Uint8Array> => {
      const model = fromBinary(ModelProtoSchema, bytes);
      model.metadataProps = model.metadataProps.filter(({ key }) => key !== sealKey);
      change(model);
      return sealed(toBinary(ModelProtoSchema, model));
    };
    const files = {
      "foreign.onnx": await changed((model) => {
        model.metadataProps = [];
        model.producerName = "another program";
      }),
      "opset.onnx": await changed((model) => {
        for (const opset of model.opsetImport) opset.version = 99n;
      }),
      "without.onnx": await changed((model) => {
        model.metadataProps = model.metadataProps.filter(({ key }) => key !== goldenKey);
      }),
      "golden.onnx": await changed(({ metadataProps }) => {
        const entry =
          metadataProps.find(({ key }) => key === goldenKey) ?? expect.fail("expected a self-check");
        entry.value = JSON.stringify({ ...JSON.parse(entry.value), anomalyScore: 1e6 });
      }),
    };
    for (const [name, content] of Object.entries(files)) folder.write(name, content);
    expect(await ask("load", Object.keys(files))).toEqual({
      "foreign.onnx": {
        error: expect.stringMatching(
          /expected a detector of radar-ad, got an ONNX model of another program with inputs image\..*\[E_ONNX\]/,
        ),
        isWithinTolerance: null,
      },
      "opset.onnx": {
        error: expect.stringMatching(/expected operators of ONNX opset 18 to 22, got 99\..*\[E_ONNX\]/),
        isWithinTolerance: null,
      },
      "without.onnx": {
        error: expect.stringMatching(
          /expected a self-check in its "radar_ad_golden" metadata, got none\..*\[E_ONNX\]/,
        ),
        isWithinTolerance: null,
      },
      "golden.onnx": { error: "", isWithinTolerance: false },
    });
  });

  test("a model trained in the browser is one that Node verifies and detects with", async () => {
    const trained = await ask<{
      model: number[];
      heldOut: unknown[];
      skipped: { index: number }[];
      device: string;
      fallback: string | null;
      steps: number[];
      stages: string[];
      seen: { done: number; total: number };
    }>(
      "train",
      prints.map((_, i) => `${i}.png`),
      { device: "wasm", scoring: "paper", imageSize: 16, length: { steps: 2 }, batchSize: 2, name: "prints" },
    );
    expect(trained.skipped).toMatchObject([{ index: prints.length }]);
    expect([trained.device, trained.fallback]).toEqual(["wasm", null]);
    expect(trained.steps).toEqual([1, 2]);
    expect(trained.stages).toEqual(expect.arrayContaining(["reading", "training", "calibrating"]));
    expect(trained.heldOut.length).toBeGreaterThan(5);
    expect(trained.seen.done).toBeGreaterThanOrEqual(trained.heldOut.length);
    expect(trained.seen.done).toBe(trained.seen.total);
    const path = folder.write("trained.onnx", Uint8Array.from(trained.model));
    expect(await verifyModel(path, { device: "cpu", threads: 1 })).toMatchObject({ isWithinTolerance: true });
    const detector = await loadDetectorFile(path, { threads: 1 });
    expect(detector.description.name).toBe("prints");
    expect((await detector.detectOne(folder.at("0.png"))).anomalyScore).toBeGreaterThan(0);
    await detector.dispose();
  });

  test("what was loaded, used and disposed of leaves nothing behind", async () => {
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize / 1e6;
    };
    await ask("cycles", "gaussian.onnx", "0.png", 1);
    const before = await heap();
    await ask("cycles", "gaussian.onnx", "0.png", 2);
    expect((await heap()) - before).toBeLessThan(0.5); // megabytes; the model and its runtime have 15
    await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0); // Chromium tells of their end a little later
  });
});
