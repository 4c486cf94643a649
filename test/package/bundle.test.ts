import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { measureImport } from "../../bench/import-weight.ts";
import { packageVersion } from "../../src/node/software-versions.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const native = ["onnxruntime-node", "sharp"]; // have binaries beside them: no bundler takes them in

async function bundle(code: string, format: "cjs" | "esm", name: string): Promise<Metafile> {
  const { metafile, warnings } = await build({
    stdin: { contents: code, resolveDir: join(repository, "dist") },
    bundle: true,
    platform: "node",
    format,
    external: native,
    outfile: folder.at(name),
    metafile: true,
    logLevel: "silent",
    logOverride: { "empty-import-meta": "silent" }, // where a worker's file is looked for unless a bundled app names it
  });
  expect(warnings.map(({ text }) => text)).toEqual([]);
  return metafile;
}

beforeAll(async () => {
  buildRadar();
  symlinkSync(join(repository, "node_modules"), folder.at("node_modules"));
  await writeTinySet(folder.at("parts"));
}, 240_000);

describe("an app that is bundled as CommonJS", () => {
  test("trains, detects by a pattern, and writes our version into the model, not its own", {
    timeout: 120_000,
  }, async () => {
    folder.write("package.json", JSON.stringify({ name: "app", version: "9.9.9" }));
    const code = `
      import { detectFiles, loadDetector, train } from "./index.js";
      async function main() {
        await train("parts", { method: "gaussian", output: "m.onnx" });
        const detector = await loadDetector("m.onnx");
        for await (const { anomalyScore } of detectFiles(detector, ["parts/test/*/*.png"])) console.log(anomalyScore > 0);
        await detector.dispose();
      }
      main();`;
    await bundle(code, "cjs", "app/app.cjs");
    const { stdout, stderr } = spawnSync(process.execPath, ["app/app.cjs"], {
      cwd: folder.path,
      encoding: "utf8",
    });
    expect(stdout, stderr).toBe("true\n".repeat(9));
    const { software } = JSON.parse((await radar("inspect", folder.at("m.onnx"), "--json")).stdout);
    expect(software["radar-ad"]).toBe(packageVersion());
  });
});

test("importing the main entry loads nothing that draws charts, decodes or trains", async () => {
  const { inputs } = await bundle(
    'import { loadDetector } from "./index.js"; loadDetector;',
    "esm",
    "main.mjs",
  );
  const [entry = ""] = Object.keys(inputs).filter((path) => path.endsWith("<stdin>"));
  const loaded = new Set([entry]);
  for (const path of loaded) {
    for (const { path: next, kind } of inputs[path]?.imports ?? [])
      if (kind !== "dynamic-import") loaded.add(next);
  }
  const found = (pattern: RegExp): string[] =>
    [...new Set([...loaded].flatMap((path) => pattern.exec(path)?.[1] ?? []))].sort();
  expect(found(/node_modules\/((?:@[^/]+\/)?[^/]+)/)).toEqual(["@bufbuild/protobuf", "onnx-buf"]);
  expect([...loaded].filter((path) => native.includes(path))).toEqual(["onnxruntime-node"]);
  expect(found(/dist\/(methods|nn|diffusion|benchmark)\//)).toEqual([]);
});

test("radar detect loads nothing that builds graphs, learns or evaluates", () => {
  const telling =
    "export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }";
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const hook = url(`import { register } from "node:module"; register(${JSON.stringify(url(telling))});`);
  const command = join(repository, "dist", "cli", "commands", "detect.js");
  const { stderr } = spawnSync(process.execPath, ["--import", hook, command], { encoding: "utf8" });
  const folders = [...stderr.matchAll(/\/dist\/(\w+)\/[\w/-]+\.js$/gm)].map(([, folder]) => folder);
  expect(folders).toEqual(expect.arrayContaining(["cli", "detectors", "node", "runtime"]));
  for (const unneeded of ["graph", "features", "estimators", "metrics", "nn", "train", "methods"])
    expect(folders).not.toContain(unneeded);
  expect(stderr).not.toContain("/node_modules/zod/"); // what is used of it is in one module of ours
});

test("importing the main entry takes no more than 60 MB", async () => {
  const { bytes } = measureImport({ rounds: 1 });
  expect(bytes / 1e6).toBeLessThan(60);
  expect(bytes / 1e6).toBeGreaterThan(10); // or nothing was loaded
});
