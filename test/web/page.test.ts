/** The built page in a browser: what it does, that nothing leaves it, and that everyone can use it. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedPage, servePage } from "../../src/cli/page-server.ts";
import { encodePng, train, verifyModel } from "../../src/node/index.ts";
import { browserMissing, hasBrowser, openBrowser } from "../support/browser.ts";
import { barriers, scrollsSideways } from "../support/page-checks.ts";
import { soundPrints } from "../support/rendered-planes.ts";
import { repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const prints = soundPrints(24, { width: 64, height: 48, seed: 3 });
const patience = { timeout: 300_000 };

let site: ServedPage;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  execFileSync(process.execPath, [join(repository, "scripts", "bootstrap.mjs"), "build"], { stdio: "pipe" });
  for (const [i, print] of prints.entries()) folder.write(`${i}.png`, await encodePng(print));
  folder.write("black.png", await encodePng({ width: 64, height: 48, data: new Uint8Array(3 * 64 * 48) }));
  await train(prints, {
    method: "gaussian",
    imageSize: 32,
    preset: "fast",
    output: folder.at("prints.onnx"),
    threads: 1,
  });
  site = await servePage(join(repository, "dist", "page"), 0);
  browser = await openBrowser({ webgpu: false });
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe.skipIf(!hasBrowser)(`the page${browserMissing}`, () => {
  test.each([
    [1280, "light"],
    [390, "dark"],
  ] as const)(
    "inspects and learns at %i px, %s; nothing leaves it; axe finds nothing serious",
    { timeout: 900_000 },
    async (width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      const requests: string[] = [];
      const problems: string[] = [];
      context.on("request", (request) => requests.push(request.url()));
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(site.url);
      expect(await barriers(page)).toEqual([]);

      await page.setInputFiles("input[accept='.onnx']", folder.write("text.onnx", "no model"));
      await page.waitForSelector("[role=alert]", patience);
      expect(await page.textContent("[role=alert]")).toMatch(/^model: expected /);

      await page.setInputFiles("input[accept='.onnx']", folder.at("prints.onnx"));
      await page.waitForSelector(".inspect", patience);
      await page.setInputFiles(".side input[type=file]", [folder.at("black.png"), folder.at("0.png")]);
      await page.waitForSelector(".thumb:not(.good):not(.defect)", { state: "detached", ...patience });
      expect(await page.locator(".thumb").allTextContents()).toEqual(["Defect", "Good"]);
      expect(await page.textContent(".verdict-word")).toContain("Defect");
      await page.locator(".thumb").nth(1).focus();
      await page.keyboard.press("Enter");
      expect(await page.textContent(".verdict-word")).toContain("Good");
      expect(await barriers(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);

      await page.click("nav >> text=Teach");
      await page.setInputFiles(
        ".teach input[type=file]",
        prints.map((_, i) => folder.at(`${i}.png`)),
      );
      await page.selectOption("select >> nth=1", "64");
      expect(await barriers(page)).toEqual([]);
      await page.click("text=Start");
      await page.waitForSelector(".result", patience);
      expect(await barriers(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.click("text=Download the model"),
      ]);
      expect(download.suggestedFilename()).toBe("parts.onnx");
      const path = folder.at(`${width}.onnx`);
      await download.saveAs(path);
      expect(await verifyModel(path, { device: "cpu", threads: 1 })).toMatchObject({
        isWithinTolerance: true,
      });

      await context.close();
      expect(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith("blob:"))).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  test("only files of the page are served", async () => {
    for (const path of ["", "index.html"]) expect((await fetch(site.url + path)).status).toBe(200);
    for (const path of ["../package.json", "..%2fpackage.json", "nothing.js"]) {
      expect((await fetch(site.url + path)).status).toBe(404);
    }
    expect((await fetch(site.url, { method: "POST" })).status).toBe(404);
  });
});
