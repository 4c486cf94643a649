/** Set-up of a checkout: Node's version, locked dependencies, an up-to-date dist/. Speaks on stderr only. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const modules = join(root, "node_modules");
const lockStamp = join(modules, ".radar-lock");
const buildStamp = join(root, "dist", ".radar-build"); // beside what it tells of: work trees may share node_modules
const oldestNode = [20, 19];

/** Folders of pages, each built by its own settings. */
const pages = ["page", "station"];

/** Ends the process with a sentence when this Node is too old to run anything here. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  const wanted = oldestNode.join(".");
  console.error(
    `radar-ad: expected Node ${wanted} or newer, got ${process.versions.node}. Install a newer Node and run this again.`,
  );
  process.exit(1);
}

/**
 * Runs a program in the repository and resolves to its exit code (128 + signal number when a signal ended it).
 * `output: "stderr"` sends what it prints to stderr; a function is given it as text. Signals that end this process are passed on to it.
 */
function run(command, args, options = {}) {
  const { output = "inherit", env = process.env, shell = false } = options;
  return new Promise((resolve, reject) => {
    const isTaken = typeof output === "function";
    const stdio = output === "stderr" ? ["ignore", 2, 2] : isTaken ? ["ignore", "pipe", "pipe"] : "inherit";
    const child = spawn(command, args, { cwd: root, stdio, env, shell });
    if (isTaken)
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", output);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    // A terminal sends Ctrl-C to the whole group: passing it on as well would be a second Ctrl-C.
    const passOn = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of signals) process.on(signal, passOn);
    const done = () => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("close", (code, signal) => {
      done();
      resolve(
        code ??
          128 + ({ SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }[signal] ?? 0),
      );
    });
  });
}

/** Runs a script under this Node; see {@link run}. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/** Path of the script behind a dependency's command: works without a shell and without links in .bin. */
export function toolPath(name, command = name.split("/").at(-1)) {
  const folder = join(modules, name);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}

/** Runs `npm ci` unless node_modules holds exactly what package-lock.json names, for this kind of machine. */
export async function installIfStale() {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const machine = `${process.platform}-${process.arch}`;
  const stamp = `${hash(lockText)} ${machine}\n`;
  const found = readIfExists(lockStamp);
  if (
    matchesLock(JSON.parse(lockText), found === stamp) &&
    (found === undefined || found.endsWith(` ${machine}\n`))
  ) {
    if (found !== stamp) writeFileSync(lockStamp, stamp);
    return;
  }
  console.error("Installing dependencies (npm ci) ...");
  rmSync(lockStamp, { force: true });
  // Notices of new npm versions and the like are nothing a job's reader asked for.
  const args = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--include=dev", "--no-update-notifier"];
  const npm = process.env.npm_execpath;
  const code = npm?.endsWith("npm-cli.js")
    ? await runNode([npm, ...args], { output: "stderr" })
    : await run("npm", args, { output: "stderr", shell: process.platform === "win32" });
  if (code !== 0)
    throw new StageError("install", code, `npm ci ended with exit code ${code}; its messages are above.`);
  writeFileSync(lockStamp, stamp);
}

/** Builds dist/ when sources, build settings or the compiler differ from those of the last build. */
export async function buildIfStale() {
  const stamp = buildFingerprint();
  const main = join(root, "dist", "cli", "main.js");
  if (readIfExists(buildStamp) === stamp && existsSync(join(root, "dist", "index.js")) && existsSync(main))
    return;
  console.error("Building (tsc -p tsconfig.build.json) ...");
  rmSync(buildStamp, { force: true });
  const compile = [toolPath("typescript", "tsc"), "-p"];
  for (const step of [
    [...compile, "tsconfig.build.json"],
    [...compile, "tsconfig.web.build.json", "--noCheck"], // types of a page are checked by themselves
    ...pages.map((page) => [
      toolPath("vite"),
      "build",
      "-c",
      join("src", page, "vite.config.ts"),
      "--logLevel",
      "warn",
    ]),
  ]) {
    const code = await runNode(step, { output: "stderr" });
    if (code !== 0) throw new StageError("build", code, "The build failed; its messages are above.");
  }
  removeOrphans();
  await bundleSchemas();
  if (existsSync(main)) chmodSync(main, 0o755);
  writeFileSync(buildStamp, stamp);
}

/** A step of the set-up that ended with an exit code other than 0. */
class StageError extends Error {
  constructor(stage, code, message) {
    super(message);
    this.stage = stage;
    this.code = code;
  }
}

/**
 * Whether node_modules is complete. npm writes its own list of what it installed last of all, so an interrupted
 * install has none. What only other platforms need may be absent.
 */
function matchesLock(lock, isStamped) {
  const installedText = readIfExists(join(modules, ".package-lock.json"));
  if (installedText === undefined) return false;
  const installed = JSON.parse(installedText).packages;
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const there = installed[path];
    if (there === undefined ? !wanted.optional : !isStamped && there.integrity !== wanted.integrity)
      return false;
    if (there !== undefined && !existsSync(join(root, path, "package.json"))) return false;
  }
  return true;
}

function buildFingerprint() {
  const source = (path) => `${path}\n${readFileSync(join(root, path), "utf8")}\n`;
  const settings = [
    "tsconfig.json",
    "tsconfig.build.json",
    "tsconfig.web.json",
    "tsconfig.web.build.json",
    join("node_modules", "typescript", "package.json"),
    join("node_modules", "zod", "package.json"),
    join("scripts", "setup.mjs"),
  ];
  const sources = files(join(root, "src")).filter((path) => !path.endsWith(".test.ts"));
  return hash([...settings, ...sources.map((path) => relative(root, path)).sort()].map(source).join(""));
}

/** Makes one module of dist/base/schema.js and of what it takes from zod: its hundred modules, most of them languages, would be loaded before anything else. */
async function bundleSchemas() {
  const module = join(root, "dist", "base", "schema.js");
  const { build } = await import("esbuild"); // there once dependencies are installed
  await build({
    entryPoints: [module],
    outfile: module,
    allowOverwrite: true,
    bundle: true,
    format: "esm",
    platform: "neutral",
    logLevel: "warning",
    banner: { js: `/*! zod\n${readFileSync(join(modules, "zod", "LICENSE"), "utf8").trim()}\n*/` },
  });
}

/** Removes from dist/ what has no source any more: a file that was moved must not linger in the package. */
function removeOrphans() {
  const dist = join(root, "dist");
  for (const path of files(dist)) {
    if (pages.some((page) => relative(dist, path).startsWith(`${page}${sep}`))) continue; // emptied by its own build
    const stem = relative(dist, path).replace(/(\.d\.ts|\.js)$/, "");
    if (!existsSync(join(root, "src", `${stem}.ts`))) rmSync(path);
  }
}

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name.split("/").join(sep)))
    .filter((path) => statSync(path).isFile());
}

function readIfExists(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex");
}
