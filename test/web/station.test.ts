/** The page of `radar serve` in a browser: from an empty database to a model that finds a real defect. */
import { mkdirSync, readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng, train } from "../../src/node/index.ts";
import { browserMissing, hasBrowser, openBrowser } from "../support/browser.ts";
import { barriers, scrollsSideways } from "../support/page-checks.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { defectivePrint, soundPrints } from "../support/rendered-planes.ts";
import { type ServerProcess, startServer, until } from "../support/server.ts";
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

/** A model to upload: of another method, so that it differs. */
async function otherModel(): Promise<string> {
  const output = folder.at("other.onnx");
  await train(good, { method: "gaussian", imageSize: 32, output, threads: 1 });
  return output;
}

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
  test("from an empty database to a model that finds a real defect, and all that follows", async () => {
    const { page, complaints } = await openPage(server.url);
    const open = (view: string): Promise<void> => page.click(`nav >> text=${view}`);
    const choose = (...names: string[]): Promise<void> =>
      page.setInputFiles(
        "input[accept='image/*'] >> nth=0",
        names.map((name) => folder.at(name)),
      );
    await page.waitForSelector("text=There is no detector yet");
    await look(page, "empty");

    await page.click("text=Train one from good pictures");
    await choose(...good.map((_, i) => `${i}.png`));
    await page.selectOption("fieldset select >> nth=1", { label: "64 px" });
    await look(page, "train");
    await page.click("button:text('Start')");
    await page.waitForSelector(".result .plot", patience);
    const [job] = (await server.json("/v1/jobs")).jobs;
    const { calibration } = await server.json(`/v1/detectors/parts/versions/${job.version}`);
    const heldOut: number = calibration.scores.length;
    const rate = Number((100 / (heldOut + 1)).toPrecision(3));
    const told = await page.textContent(".result");
    expect(told).toContain(`held out${heldOut} pictures`);
    expect(told).toContain(`at most ${rate} % are called defective`);
    expect(told).toContain("It has seen no defect");
    await look(page, "trained");
    await page.click("text=Let it score");
    await page.click("text=Inspect with it", patience);

    await page.waitForSelector(".inspect");
    await choose("scorched.png", "0.png");
    await page.waitForSelector(".thumb.waiting", { state: "detached", ...patience });
    expect(await page.locator(".thumb").allTextContents()).toEqual(["Defect", "Good"]);
    expect(await page.textContent(".verdict-word")).toContain("Defect");
    await look(page, "inspect");
    await page.locator(".thumb").nth(0).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent(".verdict-word")).toContain("Good");
    await page.keyboard.press("ArrowLeft");
    await page.click("text=Real defect");
    await page.waitForSelector("[aria-pressed=true]:text('Real defect')");

    await open("Models");
    await page.setInputFiles("input[accept='.onnx']", await otherModel());
    await page.fill("input[pattern]", "parts");
    await page.click("button:text('Upload a model')");
    await page.waitForSelector("button:text('Activate')", patience);
    await page.click(".versions li:has-text('active') summary");
    await page.waitForSelector(".versions .plot");
    await page.click(".versions li:has-text('active') >> text=Verify");
    await page.waitForSelector("text=The self-check passed", patience);
    await look(page, "models");

    await open("Compare");
    await choose("scorched.png", "1.png");
    await page.waitForSelector(".sides", patience);
    expect(await page.locator(".sides .verdict-word").allTextContents()).toEqual(
      ["✕ Defect", "✕ Defect"].map((word) => expect.stringContaining(word)),
    );
    await look(page, "compare");

    await open("Threshold");
    await page.waitForSelector(".histogram");
    expect(await page.textContent(".rate")).toContain(
      `at most ${rate} % of good parts. 0 of these ${heldOut}`,
    );
    expect(await page.textContent(".rate")).toContain("1 of 1 confirmed defects score above");
    await page.focus("input[type=range]");
    await page.keyboard.press("Home");
    expect(await page.textContent(".rate")).toContain(
      `at most 100 % of good parts. ${heldOut} of these ${heldOut}`,
    );
    await page.keyboard.press("End");
    expect(await page.textContent(".rate")).toContain("0 of 1 confirmed defects");
    await page.selectOption("select >> nth=1", "passed");
    await page.click("text=What would it be?");
    await page.click("text=Keep it as a version", patience);
    await page.waitForSelector("text=which does not score yet", patience);
    await look(page, "threshold");

    await open("History");
    await page.waitForSelector(".kept-picture[alt='scorched.png']");
    expect(await page.locator("tbody tr").count()).toBe(2); // nothing of the comparison
    await page.fill("[aria-label='Note on scorched.png']", "by hand");
    await page.keyboard.press("Enter");
    await until(async () => (await page.locator("[aria-pressed=true]").count()) === 1);
    await page.selectOption("form select >> nth=1", "true");
    await until(async () => (await page.locator("tbody tr").count()) === 1);
    await look(page, "history");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("text=Export all that fit as CSV"),
    ]);
    const [head = "", row = "", ...more] = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\r\n");
    const said = Object.fromEntries(head.split(",").map((column, i) => [column, row.split(",")[i]]));
    expect(said).toMatchObject({ imageName: "scorched.png", truth: "defect", note: "by hand" });
    expect(more).toEqual([]);
    const [table] = await Promise.all([
      page.waitForEvent("download"),
      page.click("text=Export all that fit as Parquet"),
    ]);
    expect(table.suggestedFilename()).toBe("history.parquet");
    const file = new Uint8Array(readFileSync(await table.path())).buffer;
    expect(await parquetReadObjects({ file })).toMatchObject([
      { imageName: "scorched.png", note: "by hand" },
    ]);

    await open("Models");
    const versions = page.locator(".versions > li");
    await versions.filter({ hasNotText: "active" }).first().locator("text=Activate").click();
    await until(async () => (await server.json("/v1/detectors/parts")).activations.length === 2);
    await page.click("text=Roll back");
    await until(async () => (await server.json("/v1/detectors/parts")).activations.length === 1);
    await page.click("text=Delete detector");
    await page.click("dialog[open] >> text=Keep it");
    await page.click("text=Delete detector");
    await page.click("dialog[open] .danger");
    await page.waitForSelector("text=There is no detector yet");
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
      await page.waitForSelector("text=Someone with a token of role admin can train one.");
      await page.click("nav >> text=Train");
      await page.waitForSelector("text=None yet.");
      expect(await page.locator("main button, main input").count()).toBe(0);
      await page.reload();
      await page.waitForSelector("text=None yet.");
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
