/** What is left in memory after a model was loaded, used and disposed of many times: in Node, and in a page. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng, train } from "../src/node/index.ts";
import { hasBrowser, openBrowser, serveFolders } from "../test/support/browser.ts";
import { buildLibrarySite } from "../test/support/library-site.ts";
import { soundPrints } from "../test/support/rendered-planes.ts";

/** Memory over the cycles. */
export interface CycleFigures {
  readonly cycles: number;
  /** Megabytes after each tenth of the cycles: of the process under Node, of JavaScript's heap in the page. */
  readonly megabytes: readonly number[];
}

/** Loads, scores with and disposes of a small model so many times; a page's figures are null where there is no browser. */
export async function measureCycles(counts: {
  readonly node: number;
  readonly page: number;
}): Promise<{ readonly node: CycleFigures; readonly page: CycleFigures | null }> {
  const folder = mkdtempSync(join(tmpdir(), "radar-cycles-"));
  try {
    const prints = soundPrints(12, { width: 48, height: 48, seed: 1 });
    const model = join(folder, "model.onnx");
    await train(prints, { method: "gaussian", imageSize: 48, output: model });
    for (const print of prints.slice(0, 1)) writeFileSync(join(folder, "0.png"), await encodePng(print));
    const program = fileURLToPath(new URL("./cycles-process.ts", import.meta.url));
    const args = [
      "--expose-gc",
      "--import",
      "tsx",
      program,
      model,
      join(folder, "0.png"),
      String(counts.node),
    ];
    const node: CycleFigures = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
    return { node, page: hasBrowser && counts.page > 0 ? await inPage(folder, counts.page) : null };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inPage(folder: string, cycles: number): Promise<CycleFigures> {
  await buildLibrarySite(join(folder, "site"));
  const site = await serveFolders([join(folder, "site"), folder]);
  const browser = await openBrowser({ webgpu: false });
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}library.html`);
    await page.waitForFunction("globalThis.program !== undefined");
    const session = await page.context().newCDPSession(page);
    const tenth = Math.max(1, Math.round(cycles / 10));
    const megabytes: number[] = [];
    for (let done = 0; done < cycles; done += tenth) {
      await page.evaluate(`program.cycles("model.onnx", "0.png", ${tenth})`);
      await session.send("HeapProfiler.collectGarbage");
      megabytes.push((await session.send("Runtime.getHeapUsage")).usedSize / 1e6);
    }
    return { cycles, megabytes };
  } finally {
    await browser.close();
    site.close();
  }
}
