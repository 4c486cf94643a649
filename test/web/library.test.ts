/** The library in a browser against Node: the same file, the same picture. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Detection } from "../../src/detectors/index.ts";
import { encodePng, loadDetectorFile, train, verifyModel } from "../../src/node/index.ts";
import pageConfig from "../../src/page/vite.config.ts";
import { browserMissing, hasBrowser, openBrowser, serveFolders } from "../support/browser.ts";
import { soundPrints } from "../support/rendered-planes.ts";
import { repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Largest difference, as a share of the scale: what `radar verify` lets pass. */
const tolerance = 1e-4;

const folder = temporaryFolder();
const prints = soundPrints(24, { width: 48, height: 40, seed: 3 });
const models = ["gaussian", "radar"] as const;
const expected = new Map<string, { said: Detection; scale: { score: number; map: number } }>();

let site: { url: string; close(): void };
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasBrowser) return;
  for (const [i, print] of prints.entries()) folder.write(`${i}.png`, await encodePng(print));
  for (const method of models) {
    const output = folder.at(`${method}.onnx`);
    const options = {
      method,
      imageSize: 32,
      ...(method === "radar" && { length: { steps: 2 }, batchSize: 2 }),
    };
    const { description } = await train(prints, { ...options, preset: "fast", output, threads: 1 });
    const detector = await loadDetectorFile(output, { threads: 1 });
    const said = await detector.detectOne(folder.at("0.png"));
    await detector.dispose();
    const { mapMaximum, scores } = description.calibration;
    expected.set(method, { said, scale: { map: mapMaximum, score: Math.max(...scores.map(Math.abs)) } });
  }
  const root = join(repository, "test", "web");
  await build({
    ...pageConfig,
    configFile: false,
    logLevel: "error",
    root,
    build: {
      ...pageConfig.build,
      outDir: folder.at("site"),
      rollupOptions: { input: join(root, "library.html") },
    },
  });
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
  test.each([
    ["gaussian", "wasm"],
    ["radar", "wasm"],
    ["gaussian", "webgpu"],
  ] as const)("%s on %s says what it says under Node, of a picture in every form", async (method, device) => {
    const found = await ask<Detected>("detect", `${method}.onnx`, "0.png", device);
    expect(found).toMatchObject({
      device,
      fallback: null,
      check: { isWithinTolerance: true },
      afterDispose: { code: "E_DISPOSED" },
    });
    expect(found.progress.loaded).toBeGreaterThan(1000);
    const { said, scale } = expected.get(method) ?? expect.fail("expected what Node says");
    expect(Object.keys(found.detections).sort()).toEqual([
      "bitmap",
      "blob",
      "canvas",
      "frame",
      "image",
      "imageData",
      "offscreen",
      "videoFrame",
    ]);
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

  test("what cannot be loaded or scored is refused with the errors of Node", async () => {
    const bytes = Uint8Array.from(
      await import("node:fs").then(({ readFileSync }) => readFileSync(folder.at("gaussian.onnx"))),
    );
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

  test("a model trained in the browser is one that Node verifies and detects with", async () => {
    const trained = await ask<{
      model: number[];
      heldOut: unknown[];
      skipped: { index: number }[];
      steps: number[];
      stages: string[];
    }>(
      "train",
      prints.map((_, i) => `${i}.png`),
      { device: "wasm", imageSize: 16, length: { steps: 2 }, batchSize: 2, name: "prints" },
    );
    expect(trained.skipped).toMatchObject([{ index: prints.length }]);
    expect(trained.steps).toEqual([1, 2]);
    expect(trained.stages).toEqual(expect.arrayContaining(["reading", "training", "calibrating"]));
    expect(trained.heldOut.length).toBeGreaterThan(5);
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
    await ask("cycles", "gaussian.onnx", "0.png", 3);
    const before = await heap();
    await ask("cycles", "gaussian.onnx", "0.png", 9);
    expect((await heap()) - before).toBeLessThan(0.5); // megabytes; the model and its runtime have 15
    expect(page.workers().length).toBe(0);
  });
});
