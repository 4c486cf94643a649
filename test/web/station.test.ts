/** The page of `radar serve` in a browser: from an empty database to a model that finds a real defect. */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng, train } from "../../src/node/index.ts";
import { browserMissing, hasBrowser, openBrowser } from "../support/browser.ts";
import { barriers, scrollsSideways } from "../support/page-checks.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { defectivePrint, soundPrints } from "../support/rendered-planes.ts";
import { type ServerProcess, startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = { width: 64, height: 64 };
const good = soundPrints(24, { ...size, seed: 3 });
const patience = { timeout: 60_000 };

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  buildRadar();
  for (const [i, print] of good.entries()) folder.write(`${i}.png`, await encodePng(print));
  folder.write("scorched.png", await encodePng(defectivePrint("scorch", { ...size, seed: 4 })));
  mkdirSync(folder.at("models"));
  server = await startServer(["--models", folder.at("models"), "--threads", "1"], { ready: false });
  browser = await openBrowser({ webgpu: false });
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop("SIGKILL");
});

/** Looks at a view wide and light, narrow and dark: everyone can use it, and it fits; with RADAR_SCREENSHOTS it is drawn to that folder. */
async function look(page: Page, name: string): Promise<void> {
  const pictures = process.env.RADAR_SCREENSHOTS;
  for (const [width, colorScheme] of [
    [390, "dark"],
    [1280, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page), `${name} at ${width}`).toEqual([]);
    expect(await scrollsSideways(page), `${name} at ${width}`).toBe(false);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}.png`, fullPage: true });
  }
}

/** A page whose console stays silent: rules of its own (Content-Security-Policy) that were broken would speak there. */
async function openPage(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

describe.skipIf(!hasBrowser)(`the station's page${browserMissing}`, () => {
  test("from an empty database to a model that finds a real defect", async () => {
    const { page, complaints } = await openPage(server.url);
    await page.waitForSelector("text=There is no detector yet");
    await look(page, "empty");

    const model = folder.at("prints.onnx");
    await train(good, { method: "gaussian", imageSize: 32, output: model, threads: 1 });
    await page.click("nav >> text=Models");
    await page.setInputFiles("input[accept='.onnx']", model);
    await page.click("button:text('Upload a model')");
    await page.click("button:text('Activate')", patience);
    await page.waitForSelector(".badge:text('active')", patience);
    await page.click("summary");
    await page.waitForSelector(".plot");
    await look(page, "models");

    await page.click("nav >> text=Inspect");
    await page.setInputFiles(".actions input[type=file] >> nth=0", [
      folder.at("scorched.png"),
      folder.at("0.png"),
    ]);
    await page.waitForSelector(".thumb.waiting", { state: "detached", ...patience });
    expect(await page.locator(".thumb").allTextContents()).toEqual(["Defect", "Good"]);
    expect(await page.textContent(".verdict-word")).toContain("Defect");
    await look(page, "inspect");
    await page.locator(".thumb").nth(1).focus();
    await page.keyboard.press("Enter");
    expect(await page.textContent(".verdict-word")).toContain("Good");
    await page.close();
    expect(complaints).toEqual([]);
  });

  test("asks for a token where tokens are needed, keeps it for the tab, and shows no more than its role may do", async () => {
    const { stdout } = await radar("token", folder.at("tokens.json"), "--name", "line", "--role", "viewer");
    const token = stdout.trim();
    const guarded = await startServer(
      ["--models", folder.at("models"), "--state", folder.at("state"), "--tokens", folder.at("tokens.json")],
      { ready: false },
    );
    try {
      const { page } = await openPage(guarded.url);
      await page.fill("input[type=password]", "wrong");
      await page.click("text=Sign in");
      await page.waitForSelector("[role=alert]");
      await look(page, "sign-in");
      await page.fill("input[type=password]", token);
      await page.keyboard.press("Enter");
      await page.click("nav >> text=Models");
      await page.waitForSelector("h2:text('prints')", patience);
      expect(await page.locator("main button").count()).toBe(0);
      await page.reload();
      await page.waitForSelector("h2:text('prints')", patience);
      await page.click("text=Sign out");
      await page.waitForSelector("input[type=password]");
      expect(
        await page.evaluate("JSON.stringify([sessionStorage, localStorage, document.cookie])"),
      ).not.toContain(stdout.trim());
      await page.close();
    } finally {
      await guarded.stop("SIGKILL");
    }
  });

  test("its files are served to everyone, with what says how long they last, and nothing else of the folder is", async () => {
    const page = await server.fetch("/");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*src)|<style|style=|\son\w+=/);
    const assets = html.match(/\/assets\/[^"]+/g) ?? [];
    expect(assets.length).toBe(3);
    for (const asset of assets) {
      const { status, headers } = await server.fetch(asset);
      expect(status).toBe(200);
      expect(headers.get("cache-control")).toContain("immutable");
      expect(headers.get("content-type")).toMatch(/javascript|css|svg/);
    }
    for (const path of [
      "/index.html",
      "/assets/",
      "/assets/none.js",
      "/assets/..%2findex.html",
      "/assets/%2e%2e%2f%2e%2e%2fcli%2fmain.js",
    ])
      expect((await server.fetch(path)).status, path).toBe(404);
  });
});
