import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageVersion } from "../../src/node/software-versions.ts";
import { relativeLinks } from "../support/relative-links.ts";
import { machineTraces, readText, repository } from "../support/repository.ts";
import { writeTinySet } from "../support/tiny-set.ts";

interface Packed {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

interface Manifest {
  version: string;
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readText("package.json"));
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== "./package.json");
const folder = mkdtempSync(join(tmpdir(), "radar-package-"));
const emscriptenHome = ["", "home", "web_user"].join("/"); // of every program that Emscripten makes: ONNX Runtime in WebAssembly
const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier"];
const registryAnswers =
  npm(["view", "onnxruntime-node", "version", "--fetch-retries=0", ...quiet]).status === 0;
let packed: Packed;

beforeAll(() => {
  const bootstrap = join(repository, "scripts", "bootstrap.mjs");
  execFileSync(process.execPath, [bootstrap, "build"], { stdio: "pipe" });
  const result = npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], repository);
  expect(result.status, result.stderr).toBe(0);
  packed = onlyEntry(JSON.parse(result.stdout));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  test("has every file that package.json's exports and bin name, the command executable", () => {
    const paths = packed.files.map(({ path }) => path);
    const named = JSON.stringify(manifest.exports).match(/dist\/[^"]+/g) ?? [];
    expect(paths).toEqual(expect.arrayContaining(["dist/cli/main.js", "LICENSE", "README.md", ...named]));
    expect((packed.files.find(({ path }) => path === "dist/cli/main.js")?.mode ?? 0) & 0o111).toBe(0o111);
  });

  test("has the schemas in one module that stands alone, without zod's languages", async () => {
    const path = join(repository, "dist", "base", "schema.js");
    expect(readFileSync(path, "utf8")).not.toMatch(/^(import|export) .*from |Ungültige Eingabe/m);
    const schemas: typeof import("../../src/base/schema.ts") = await import(path);
    expect(schemas.object({ n: schemas.number() }).safeParse({ n: "1" }).error?.issues[0]?.path).toEqual([
      "n",
    ]);
  });

  test("has modules with their types, documents, and nothing else: no sources, no maps, no tests", () => {
    const odd = packed.files
      .map(({ path }) => path)
      .filter(
        (path) =>
          /\.test\.|(^|\/)test\//.test(path) ||
          !/^dist\/.*\.(js|d\.ts)$|^dist\/(page|station)\/.*\.(html|css|svg|wasm)$|^deploy\/(compose\.yaml|Dockerfile(\.dockerignore)?)$|^docs\/.*\.(md|png|svg|webp)$|^(package\.json|(README|ARCHITECTURE|CHANGELOG|CONTRIBUTING)\.md|LICENSE)$/.test(
            path,
          ),
      );
    expect(odd).toEqual([]);
  });

  test("has every file that its pages lead to", () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    const links = [...paths]
      .filter((page) => page.endsWith(".md"))
      .flatMap((page) =>
        relativeLinks(readText(page)).map((link) => {
          const [path = ""] = link.split("#");
          return {
            link: `${page}: ${link}`,
            target: path === "" ? page : posix.join(posix.dirname(page), path),
          };
        }),
      );
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(({ target }) => !paths.has(target)).map(({ link }) => link)).toEqual([]);
  });

  test("tells nothing of the machine it was packed on", () => {
    const traces = packed.files.flatMap(({ path }) =>
      machineTraces(readFileSync(join(repository, path), "utf8"))
        .filter((trace) => trace !== emscriptenHome)
        .map((trace) => `${path}: ${trace}`),
    );
    expect(traces).toEqual([]);
  });

  test("is smaller than 14.5 MB, of which ONNX Runtime's WebAssembly for the page has 10.5 and what networks begin with 2.5 (for Node and the page), and refers to no map that is not there", () => {
    expect(packed.size).toBeLessThan(14_500_000);
    const modules = packed.files.filter(({ path }) => path.endsWith(".js"));
    expect(modules.filter(({ path }) => readText(path).includes("sourceMappingURL"))).toEqual([]);
  });

  test("knows its version without its package.json", () => {
    expect(packageVersion()).toBe(manifest.version);
  });
});

const reason = registryAnswers ? "" : " (skipped: no package registry answers)";

describe.skipIf(!registryAnswers)(`the package installed in an empty folder${reason}`, () => {
  beforeAll(() => {
    const [command = "", ...more] = readText("README.md").match(/^npm install .*\.tgz$/gm) ?? [];
    expect([command, ...more]).toEqual([`npm install --ignore-scripts ${packed.filename}`]);
    const result = npm([...command.split(" ").slice(1), "--prefer-offline", "--no-audit", "--no-fund"]);
    expect(result.status, result.stderr).toBe(0);
  }, 300_000);

  test("npx radar --help names the sub-commands", () => {
    const result = npm(["exec", "--no", "--prefix", folder, "--", "radar", "--help"]);
    expect(result.status, result.stderr).toBe(0);
    for (const command of ["train", "detect", "evaluate", "demo"]) expect(result.stdout).toContain(command);
  });

  test.each(subpaths)("import of %s works and prints nothing", (subpath) => {
    const specifier = subpath.replace(/^\./, "radar-ad");
    expect(
      runModule(`process.exitCode = Object.keys(await import("${specifier}")).length > 0 ? 0 : 3;`),
    ).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("its command trains, and a strict TypeScript program that loads and scores compiles and runs", {
    timeout: 240_000,
  }, async () => {
    await writeTinySet(join(folder, "parts"));
    const trained = npm([
      "exec",
      "--no",
      "--",
      "radar",
      "train",
      "parts",
      "--method",
      "gaussian",
      "-o",
      "m.onnx",
    ]);
    expect(trained.status, trained.stderr).toBe(0);
    const program = `
      import { type Detection, loadDetector, readImage } from "radar-ad";
      const detector = await loadDetector("m.onnx");
      const found: Detection[] = await detector.detect([await readImage("parts/train/good/000.png")]);
      console.log(found.map(({ anomalyScore }) => Number.isFinite(anomalyScore)));
      await detector.dispose();`;
    writeFileSync(join(folder, "app.mts"), program);
    expect(compiled(join(folder, "app.mts"))).toEqual([]);
    const { stdout, stderr } = spawnSync(process.execPath, ["app.mjs"], { cwd: folder, encoding: "utf8" });
    expect(stdout, stderr).toBe("[ true ]\n");
  });

  test("a metric imported from it computes", () => {
    const code = `import { auroc } from "radar-ad/metrics"; console.log(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]));`;
    expect(runModule(code).stdout).toBe("0.75\n");
  });
});

/** Messages of the compiler for a strict program; it is compiled beside its source. */
function compiled(path: string): string[] {
  const program = ts.createProgram([path], {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ["node"],
    typeRoots: [join(repository, "node_modules", "@types")],
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}

function runModule(code: string): { status: number | null; stdout: string; stderr: string } {
  const args = ["--input-type=module", "-e", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** Runs npm as the caller's npm does, without the settings that a surrounding `npm test` hands down about its own folder. */
function npm(
  args: string[],
  cwd: string = folder,
): { status: number | null; stdout: string; stderr: string } {
  const { npm_config_local_prefix: _, npm_execpath: npmPath, ...env } = process.env;
  const [command, first] = npmPath?.endsWith("npm-cli.js") ? [process.execPath, [npmPath]] : ["npm", []];
  const shell = command === "npm" && process.platform === "win32";
  return spawnSync(command, [...first, ...args], { cwd, env, shell, encoding: "utf8" });
}

function onlyEntry<T>(entries: T[] | Record<string, T>): T {
  const [only, ...more] = Object.values(entries);
  if (only === undefined || more.length > 0)
    throw new Error(`npm pack: expected one package, got ${more.length + 1}.`);
  return only;
}
