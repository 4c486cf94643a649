import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { machineTraces, readText, repository } from "../support/repository.ts";

interface Packed {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

interface Manifest {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readText("package.json"));
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== "./package.json");
const folder = mkdtempSync(join(tmpdir(), "radar-package-"));
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

  test("has no tests, no images outside docs/ and nothing but what package.json lists", () => {
    const odd = packed.files
      .map(({ path }) => path)
      .filter(
        (path) =>
          /\.test\.|(^|\/)test\//.test(path) ||
          (/\.(png|jpe?g|bmp|tiff?|webp|onnx)$/i.test(path) && !path.startsWith("docs/")) ||
          !/^(dist|src|docs)\/|^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(path),
      );
    expect(odd).toEqual([]);
  });

  test("tells nothing of the machine it was packed on", () => {
    const traces = packed.files.flatMap(({ path }) =>
      machineTraces(readFileSync(join(repository, path), "utf8")).map((trace) => `${path}: ${trace}`),
    );
    expect(traces).toEqual([]);
  });

  test("is smaller than 4 MB", () => {
    expect(packed.size).toBeLessThan(4_000_000);
  });
});

const reason = registryAnswers ? "" : " (skipped: no package registry answers)";

describe.skipIf(!registryAnswers)(`the package installed in an empty folder${reason}`, () => {
  beforeAll(() => {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "user", private: true, type: "module" }),
    );
    const result = npm([
      "install",
      join(folder, packed.filename),
      "--prefix",
      folder,
      "--prefer-offline",
      ...quiet,
    ]);
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

  test("a metric imported from it computes", () => {
    const code = `import { auroc } from "radar-ad/metrics"; console.log(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]));`;
    expect(runModule(code).stdout).toBe("0.75\n");
  });
});

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
